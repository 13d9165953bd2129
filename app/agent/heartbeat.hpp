// The agent's heartbeat: says what it runs, hears what is cancelled.
#pragma once

#include "app/agent/parts.hpp"

#include <functional>

namespace holdfast::app {

class heartbeat {
public:
    struct present_state {
        std::vector<task_id> running;
        net::wire::backup_status last_backup = net::wire::backup_status::none;
    };

    using state_source = std::function<present_state()>;
    using cancel_sink = std::function<void(const std::vector<task_id>&)>;

    // On a connection of its own: a poll may wait for a minute.
    heartbeat(const agent_parts& with, state_source now, cancel_sink cancelled)
        : with_(with),
          now_(std::move(now)),
          cancelled_(std::move(cancelled)),
          calls_(with.where, with.tls, with.server),
          pause_(with.where) {}

    void be(agent_id who, const std::string& token) { calls_.be(who, token); }

    void start(); // and until stop(); once
    void stop();

private:
    awaitable<void> loop();
    [[nodiscard]] net::wire::heartbeat_body body() const;

    const agent_parts& with_;
    state_source now_;
    cancel_sink cancelled_;
    server_calls calls_;
    steady_timer pause_;
    bool stopping_ = false;
};

} // namespace holdfast::app
