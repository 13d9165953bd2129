// The terminal that a person sits at, where there is one.
#pragma once

#include <cstddef>
#include <string>

namespace holdfast::app::cli {

// Of standard output, in places; 0 where it is no terminal.
[[nodiscard]] std::size_t terminal_width();

// Standard input is a terminal.
[[nodiscard]] bool somebody_answers();

// Asks, and takes y or yes for it.
[[nodiscard]] bool confirmed(const std::string& question);

} // namespace holdfast::app::cli
