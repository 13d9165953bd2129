// `holdfast serve` on the command line.
#pragma once

#include "app/settings.hpp"

#include <CLI/App.hpp>

namespace holdfast::app {

void add_server_options(CLI::App& to, server_settings& s);

// Throws CLI::ValidationError for what is missing or does not go together.
void check_server_options(const server_settings& s);

} // namespace holdfast::app
