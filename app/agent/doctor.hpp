// `holdfast agent doctor`: everything that an agent needs, looked at without running one.
#pragma once

#include "app/agent/agent.hpp"

#include <chrono>
#include <optional>
#include <string_view>

namespace holdfast::app {

// Server's time minus this machine's, of a Date header (RFC 9110, 5.6.7: IMF-fixdate); nothing: it is none.
[[nodiscard]] std::optional<std::chrono::seconds> clock_skew(std::string_view date,
                                                             std::chrono::system_clock::time_point now);

// A line for each check on standard output: "ok", "note" or "FAIL", what was seen, and what to do. The exit
// status: 1 when something failed.
[[nodiscard]] int examine_agent(const agent_settings& settings);

} // namespace holdfast::app
