// The scenarios, each from its first agent to its report.
#pragma once

#include "app/load/campaign.hpp"
#include "app/load/findings.hpp"

namespace holdfast::app::load {

// Shows what happens on a terminal. Throws std::runtime_error when the load can't be put on.
[[nodiscard]] findings run_scenario(const campaign& of);

} // namespace holdfast::app::load
