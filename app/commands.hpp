// The subcommands that do one thing and end. Each returns the exit status.
#pragma once

#include "app/settings.hpp"

namespace holdfast::app {

[[nodiscard]] int migrate(const migrate_settings& settings);

// Prints the token, and nothing else, on standard output.
[[nodiscard]] int create_token(const token_settings& settings);

} // namespace holdfast::app
