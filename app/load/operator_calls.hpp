// The calls that set a load up and make its tasks. One connection, one call at a time.
#pragma once

#include "net/client/api_client.hpp"
#include "net/wire/token.hpp"

#include <string>
#include <vector>

namespace holdfast::app::load {

using net::answered;
using net::nothing;

struct made_policy {
    holdfast::policy_id policy_id;
};

BOOST_DESCRIBE_STRUCT(made_policy, (), (policy_id))

struct made_task {
    holdfast::task_id task_id;
    holdfast::agent_id agent_id;
};

BOOST_DESCRIBE_STRUCT(made_task, (), (task_id, agent_id))

struct made_tasks {
    std::vector<made_task> tasks;
};

BOOST_DESCRIBE_STRUCT(made_tasks, (), (tasks))

class operator_calls {
public:
    operator_calls(executor where, const net::tls_context& tls, const net::server_url& server,
                   const std::string& token)
        : client_(where, tls, server) {
        client_.use_token(token);
    }

    // Only opens the connection, so that the next call does not wait for it.
    awaitable<answered<nothing>> connect();

    awaitable<answered<net::wire::token_answer>> make_token(token_kind kind, const std::string& name);
    awaitable<answered<nothing>> revoke_token(token_id token);
    awaitable<answered<made_policy>> make_policy(const std::string& name);
    awaitable<answered<nothing>> delete_policy(policy_id policy);

    // With the same key the same task, however often it is asked for.
    awaitable<answered<made_task>> make_task(policy_id policy, agent_id agent, const std::string& key);
    awaitable<answered<made_tasks>> make_tasks(policy_id policy, const std::vector<agent_id>& agents,
                                               const std::string& key);

    void close() { client_.close(); }

private:
    net::api_client client_;
};

} // namespace holdfast::app::load
