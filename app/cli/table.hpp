// Columns of text.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::app::cli {

struct heading {
    std::string text;
    bool fixed = false; // is never cut: an id that is cut is none
};

using table_row = std::vector<std::string>;

// Places that UTF-8 takes, one for each character.
[[nodiscard]] std::size_t width_of(std::string_view utf8);

// The text, or its beginning and "…" where it takes more places.
[[nodiscard]] std::string cut_to(std::string_view utf8, std::size_t width);

// Headings and rows, one below the other, two spaces apart. Where they are wider than `width` places, the
// widest of the columns that may be cut are, with "…"; 0 cuts nothing. Each row has as many cells as there
// are headings.
[[nodiscard]] std::string table_text(const std::vector<heading>& headings, const std::vector<table_row>& rows,
                                     std::size_t width);

} // namespace holdfast::app::cli
