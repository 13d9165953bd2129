// Shell completion, made from the command line itself.
#pragma once

#include <CLI/CLI.hpp>

#include <iosfwd>
#include <string_view>

namespace holdfast::app {

// A script for "bash", "zsh" or "fish" that completes the commands and options of this program.
void print_completion(std::ostream& to, const CLI::App& of, std::string_view shell);

} // namespace holdfast::app
