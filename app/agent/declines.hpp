// Why this machine does not take a task now.
#pragma once

#include "app/agent/parts.hpp"

#include <optional>
#include <string>

namespace holdfast::app {

// Says in the log what it will not be able to tell.
awaitable<void> announce_declines(const agent_parts& with);

// One of the words that a release knows.
awaitable<std::optional<std::string>> reason_to_decline(const agent_parts& with, const order& task);

} // namespace holdfast::app
