// The real program as its users have it: a process of its own on a database of its own, asked over real TLS.
#pragma once

#include "domain/async.hpp"
#include "net/client/https_client.hpp"
#include "test/support/postgres.hpp"

#include <boost/json/value.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace holdfast::test {

// A database with the schema, and certificates, for one or more servers.
class installation {
public:
    explicit installation(const std::string& postgres = server_dsn());
    ~installation();
    installation(const installation&) = delete;
    installation& operator=(const installation&) = delete;

    // `holdfast migrate` once more. Throws what it says when it fails.
    void migrate(const std::vector<std::string>& more_arguments) const;

    [[nodiscard]] const scratch_database& database() const { return database_; }

    [[nodiscard]] const std::string& folder() const { return folder_; }

    [[nodiscard]] const std::string& root_token() const { return root_token_; }

    [[nodiscard]] std::string file(const std::string& name) const { return folder_ + "/" + name; }

private:
    scratch_database database_;
    std::string folder_;
    std::string root_token_;
};

// `holdfast serve`, ready. Ended at the end; the test fails when it does not end well.
class server_process {
public:
    explicit server_process(const installation& at, std::vector<std::string> more_arguments = {});
    ~server_process();
    server_process(const server_process&) = delete;
    server_process& operator=(const server_process&) = delete;

    void kill(); // SIGKILL, and gone when this returns
    int stop();  // SIGTERM; the exit status
    void start_again();

    // Clients made from now on come by this port of another, which stands in between.
    void reached_by(std::uint16_t port) { client_port_ = port; }

    [[nodiscard]] std::string url() const { return "https://127.0.0.1:" + std::to_string(client_port_); }

    [[nodiscard]] std::uint16_t port() const { return static_cast<std::uint16_t>(port_); }

    [[nodiscard]] const installation& home() const { return home_; }

    [[nodiscard]] pid_t pid() const { return pid_; }

    [[nodiscard]] std::string log() const;

private:
    void start();

    const installation& home_;
    std::vector<std::string> arguments_;
    std::string log_file_;
    int port_ = 0;
    int client_port_ = 0;
    pid_t pid_ = -1;
};

// A server that stands still for a while: it does nothing, and its connections stay open.
class frozen_server {
public:
    explicit frozen_server(const server_process& which);
    ~frozen_server();
    frozen_server(const frozen_server&) = delete;
    frozen_server& operator=(const frozen_server&) = delete;

private:
    pid_t pid_;
};

struct answer {
    unsigned status = 0; // 0: there was none
    boost::json::value body;
    net::response raw;

    // A member of the body, as text; empty where there is none.
    [[nodiscard]] std::string text(std::string_view member) const;
    [[nodiscard]] std::int64_t number(std::string_view member) const;
};

// One connection with a token. call() waits for the answer, ask() is for coroutines of the context.
class client {
public:
    // No token: none is sent. A certificate of its own, where the server is to ask for one.
    client(asio::io_context& context, const server_process& of, const std::string& token,
           const net::own_certificate& own = {});

    awaitable<answer> ask(net::verb method, std::string target, std::string body,
                          net::header_list headers = {});

    answer call(net::verb method, const std::string& target, const std::string& body = "",
                const net::header_list& headers = {});

    answer get(const std::string& target) { return call(net::verb::get, target); }

    answer post(const std::string& target, const std::string& body = "",
                const net::header_list& headers = {}) {
        return call(net::verb::post, target, body, headers);
    }

    void hang_up() { https_.close(); }

    // Source address of connections from now on.
    void from(const asio::ip::address& address) { https_.from(address); }

private:
    asio::io_context& context_;
    net::https_client https_;
};

// Blocks until `seen` says so, which asks that other process, for at most a minute.
void until(std::string_view what, const std::function<bool()>& seen);

// Blocks until that server says so (a figure of /metrics), for at most a minute.
void wait_for_metric(client& of, const std::string& name, double value);

// One server, its root token's client, a policy and an agent: what most tests begin with.
struct fleet {
    explicit fleet(std::vector<std::string> more_arguments = {}, const std::string& postgres = server_dsn());

    // The id of a task of that agent.
    std::string make_task(const std::string& agent_id, const std::string& more = "");
    std::string register_agent(const std::string& hostname);

    [[nodiscard]] std::string poll_target(const std::string& agent_id, const std::string& query = "") const {
        return "/agents/" + agent_id + "/tasks" + query;
    }

    void wait_for_metric(const std::string& name, double value) { test::wait_for_metric(root, name, value); }

    asio::io_context context{1};
    installation home;
    server_process server;
    client root;
    std::string policy;
    std::string agent;
};

// A call that is on its way, on a connection of its own. Hangs up at its end.
class pending_call {
public:
    pending_call(fleet& f, const server_process& at, const std::string& token, net::verb method,
                 std::string target, std::string body = "");
    ~pending_call();
    pending_call(const pending_call&) = delete;
    pending_call& operator=(const pending_call&) = delete;

    // Waits for the answer.
    answer& finish();

    answer got;
    bool done = false;

private:
    asio::io_context& context_;
    client who_;
};

// A poll that waits; of the fleet's own agent by its root token, unless another is said.
class waiting_poll : public pending_call {
public:
    waiting_poll(fleet& f, const server_process& at, const std::string& query)
        : waiting_poll(f, at, query, f.agent, f.home.root_token()) {}

    waiting_poll(fleet& f, const server_process& at, const std::string& query, const std::string& agent,
                 const std::string& token)
        : pending_call(f, at, token, net::verb::get, f.poll_target(agent, query)) {}
};

// "agentId":"…" and so on, as the body of POST /tasks.
[[nodiscard]] std::string task_body(const std::string& agent, const std::string& policy,
                                    const std::string& more = "");

} // namespace holdfast::test
