// One agent: registers, polls, acknowledges, works, reports, and makes itself heard, as the program does that
// it stands for (app/agent).
#pragma once

#include "app/agent/server_calls.hpp"
#include "app/load/campaign.hpp"
#include "app/load/insist.hpp"

#include <memory>
#include <string>

namespace holdfast::app::load {

class simulated_agent {
public:
    simulated_agent(executor where, const campaign& of, desk& notes, std::uint32_t number,
                    std::string hostname);

    // Throws std::runtime_error when the server will not have it.
    awaitable<void> enlist();

    // Polls and works until stop().
    awaitable<void> live();

    // Heartbeats on a connection of its own, until stop().
    awaitable<void> beat();

    void stop();

    [[nodiscard]] agent_id id() const { return id_; }

private:
    awaitable<void> carry_out(const order& task);

    const campaign& of_;
    desk& notes_;
    std::uint32_t number_;
    std::string hostname_;
    std::string token_;
    agent_id id_;
    server_calls calls_;
    rest pause_;

    struct heart {
        server_calls calls;
        rest pause;
    };

    std::unique_ptr<heart> heart_;
};

} // namespace holdfast::app::load
