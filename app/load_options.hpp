// `holdfast load` on the command line.
#pragma once

#include "app/load/load.hpp"

#include <CLI/App.hpp>

namespace holdfast::app {

[[nodiscard]] load_settings load_defaults(load_scenario scenario);

// Those that the scenario of these settings has.
void add_load_options(CLI::App& to, load_settings& s);

} // namespace holdfast::app
