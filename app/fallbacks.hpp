// What the command line left open.
#pragma once

#include <CLI/App.hpp>

#include <string>

namespace holdfast::app {

// Is taken from the environment, then from the file (TOML; empty: none). Throws a CLI::Error that names what
// is wrong.
void take_fallbacks(CLI::App& of, const std::string& file);

} // namespace holdfast::app
