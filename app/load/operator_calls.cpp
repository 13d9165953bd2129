#include "app/load/operator_calls.hpp"

#include "net/json/write.hpp"
#include "net/wire/policy.hpp"
#include "net/wire/task.hpp"

namespace holdfast::app::load {
namespace {

constexpr std::chrono::seconds patience{30};

net::wire::task_input backup_of(agent_id agent, policy_id policy) {
    net::wire::task_input out;
    out.agent_id = agent;
    out.policy_id = policy;
    return out;
}

net::header_list once(const std::string& key) {
    net::header_list out;
    out.emplace_back("Idempotency-Key", key);
    return out;
}

} // namespace

awaitable<answered<nothing>> operator_calls::connect() {
    return client_.call_for<nothing>(net::verb::get, "/healthz", {}, {}, patience);
}

awaitable<answered<net::wire::token_answer>> operator_calls::make_token(token_kind kind,
                                                                        const std::string& name) {
    net::wire::token_body wanted;
    wanted.kind = kind;
    wanted.name = name;
    return client_.call_for<net::wire::token_answer>(net::verb::post, "/tokens", {},
                                                     net::json::to_text(wanted), patience);
}

awaitable<answered<nothing>> operator_calls::revoke_token(token_id token) {
    return client_.call_for<nothing>(net::verb::delete_, "/tokens/" + to_string(token), {}, {}, patience);
}

awaitable<answered<made_policy>> operator_calls::make_policy(const std::string& name) {
    net::wire::policy_body wanted;
    wanted.name = name;
    wanted.schedule = "@yearly"; // it is assigned to nobody, so nothing comes of it by itself
    wanted.include_paths = {"/etc", "/home", "/var/lib"};
    wanted.exclude_paths = std::vector<std::string>{"*.tmp", "/home/*/.cache"};
    wanted.repository = "rest:https://backup.example.com:8000/load";
    return client_.call_for<made_policy>(net::verb::post, "/policies", {}, net::json::to_text(wanted),
                                         patience);
}

awaitable<answered<nothing>> operator_calls::delete_policy(policy_id policy) {
    return client_.call_for<nothing>(net::verb::delete_, "/policies/" + to_string(policy), {}, {}, patience);
}

awaitable<answered<made_task>> operator_calls::make_task(policy_id policy, agent_id agent,
                                                         const std::string& key) {
    return client_.call_for<made_task>(net::verb::post, "/tasks", once(key),
                                       net::json::to_text(backup_of(agent, policy)), patience);
}

awaitable<answered<made_tasks>>
operator_calls::make_tasks(policy_id policy, const std::vector<agent_id>& agents, const std::string& key) {
    net::wire::task_inputs wanted;
    for (const agent_id& each : agents) wanted.tasks.push_back(backup_of(each, policy));
    return client_.call_for<made_tasks>(net::verb::post, "/tasks", once(key), net::json::to_text(wanted),
                                        patience);
}

} // namespace holdfast::app::load
