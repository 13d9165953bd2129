// How a result gets to the server, or the task back.
#pragma once

#include "app/agent/server_calls.hpp"
#include "app/agent/state.hpp"

namespace holdfast::app {

// Sends of its log what the result has no room for, then the result. True: the server took it or refuses it
// for good, and the state folder has it no more. False: it waits there for another time.
awaitable<bool> deliver(server_calls& calls, const agent_state& state, kept_result what);

// Why a task is given back, and when it may come again.
struct refusal {
    std::string reason;
    std::chrono::seconds retry_after{0};
};

// Asked once: where the server does not hear it, the lease will end.
awaitable<void> give_back(server_calls& calls, const order& task, const refusal& why);

} // namespace holdfast::app
