// How an agent becomes known to its server.
#pragma once

#include "app/agent/parts.hpp"

namespace holdfast::app {

// Asks once. Who the agent is from then on is in the state folder.
awaitable<answered<agent_identity>> register_agent(server_calls& calls, const agent_parts& with);

} // namespace holdfast::app
