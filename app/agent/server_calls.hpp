// The server's calls, as an agent makes them. One connection, one call at a time.
#pragma once

#include "app/agent/order.hpp"
#include "app/agent/state.hpp"
#include "net/client/api_client.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace holdfast::app {

using net::answered;
using net::nothing;

struct poll_wish {
    int limit = 1;
    std::chrono::seconds wait{0};
    std::string session;
    std::vector<std::string> types; // empty: all
};

class server_calls {
public:
    server_calls(executor where, const net::tls_context& tls, const net::server_url& server)
        : client_(where, tls, server) {}

    // The agent that calls; its own token, or the one that it registers with.
    void be(agent_id who, const std::string& token);

    // Source address of the connections to come.
    void from(const asio::ip::address& address) { client_.from(address); }

    awaitable<answered<registered>> register_as(const net::wire::registration_body& who,
                                                const std::string& token);
    awaitable<answered<poll_answer>> poll(const poll_wish& wish);
    awaitable<answered<nothing>> acknowledge(task_id task, int attempt);
    awaitable<answered<progress_answer>> report_progress(task_id task,
                                                         const net::wire::progress_body& progress);
    awaitable<answered<log_answer>> append_log(task_id task, const net::wire::log_piece_body& piece);
    awaitable<answered<net::wire::task_standing>> report_result(const kept_result& what);
    awaitable<answered<nothing>> release(task_id task, int attempt, std::string reason,
                                         std::chrono::seconds retry_after);
    awaitable<answered<heartbeat_answer>> beat(const net::wire::heartbeat_body& state);

    // Ends a call under way.
    void close() { client_.close(); }

private:
    [[nodiscard]] std::string path(task_id task, std::string_view what) const;

    net::api_client client_;
    std::string base_; // /agents/ID
};

} // namespace holdfast::app
