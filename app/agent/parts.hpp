// What the parts of an agent share.
#pragma once

#include "app/agent/agent.hpp"
#include "app/agent/restic_command.hpp"
#include "app/agent/server_calls.hpp"
#include "app/agent/state.hpp"

#include <iostream>
#include <string>

namespace holdfast::app {

struct agent_parts {
    executor where;
    const agent_settings& settings;
    const agent_state& state;
    const restic_setup& setup;
    const net::tls_context& tls;
    const net::server_url& server;

    void tell(const std::string& line) const {
        if (settings.demo) std::cout << line << std::endl;
    }
};

} // namespace holdfast::app
