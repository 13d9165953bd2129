// The server's calls, as an agent makes them. One connection, one call at a time.
#pragma once

#include "app/agent/agent.hpp"
#include "app/agent/order.hpp"
#include "app/agent/state.hpp"
#include "net/client/https_client.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace holdfast::app {

// How a call went wrong, in the terms of what an agent does about it.
struct call_failure {
    unsigned status = 0; // 0: no answer at all
    std::string words;
    std::optional<std::chrono::seconds> retry_after;

    // The server will say the same again.
    [[nodiscard]] bool final() const {
        return status >= 400 && status < 500 && status != 401 && status != 408 && status != 429;
    }
};

template <class T> struct answered {
    std::optional<T> value;
    call_failure wrong; // where there is no value
};

struct nothing {};

class server_calls {
public:
    server_calls(executor where, const net::tls_context& tls, const net::server_url& server,
                 const agent_settings& settings)
        : client_(where, tls, server), settings_(settings) {}

    // The agent that calls; its own token, or the one that it registers with.
    void be(const agent_identity& who, const std::string& token);

    awaitable<answered<registered>> register_as(std::string hostname, std::string token);
    awaitable<answered<poll_answer>> poll(std::string session);
    awaitable<answered<nothing>> acknowledge(task_id task, int attempt);
    awaitable<answered<net::wire::task_standing>> report_result(kept_result what);
    awaitable<answered<nothing>> release(task_id task, int attempt, std::string reason);
    awaitable<answered<heartbeat_answer>> beat(std::string last_backup, std::vector<task_id> running);

    // Ends a call under way.
    void close() { client_.close(); }

private:
    awaitable<answered<std::string>> call(net::verb method, std::string target, std::string body,
                                          std::chrono::seconds deadline);
    template <class T>
    awaitable<answered<T>> call_for(net::verb method, std::string target, std::string body,
                                    std::chrono::seconds deadline);
    [[nodiscard]] std::string path(task_id task, std::string_view what) const;

    net::https_client client_;
    const agent_settings& settings_;
    std::string base_; // /agents/ID
};

} // namespace holdfast::app
