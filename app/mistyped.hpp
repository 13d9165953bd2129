// Words on the command line that mean nothing, or are missing.
#pragma once

#include <CLI/App.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace holdfast::app {

// After parsing: a sentence about the first word that is no command or option where it stands, with the one
// that may have been meant, or about the command that is missing, with those there are; empty when neither is
// so.
[[nodiscard]] std::string about_mistyped(const CLI::App& parsed);

// Of the words the one that takes the fewest insertions, deletions, replacements and swaps of neighbours to
// get to; empty when that is more than a slip of the fingers.
[[nodiscard]] std::string_view nearest(std::string_view to, const std::vector<std::string>& words);

} // namespace holdfast::app
