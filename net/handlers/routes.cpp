#include "net/handlers/handlers.hpp"

namespace holdfast::net {
namespace {

using enum token_kind;
using call = awaitable<reply> (*)(services&, exchange&);

constexpr token_kinds anybody{};
constexpr token_kinds for_agents{agent, fleet, admin, root};
constexpr token_kinds for_registration{enroll, agent, fleet, operator_, admin, root};
constexpr token_kinds for_reading{viewer, operator_, admin, root};
constexpr token_kinds for_operating{operator_, admin, root};
constexpr token_kinds for_admins{admin, root};
constexpr token_kinds for_root{root};
constexpr token_kinds for_all{viewer, operator_, admin, root, enroll, agent, fleet};

struct row {
    verb method;
    const char* pattern;
    call run;
    token_kinds allowed;
};

constexpr row table[] = {
    {verb::post, "/agents/register", handlers::register_agent, for_registration},
    {verb::post, "/agents/{agentId}/heartbeat", handlers::heartbeat, for_agents},
    {verb::get, "/agents/{agentId}/tasks", handlers::poll, for_agents},
    {verb::post, "/agents/{agentId}/tasks/{taskId}/ack", handlers::acknowledge, for_agents},
    {verb::post, "/agents/{agentId}/tasks/{taskId}/progress", handlers::progress, for_agents},
    {verb::post, "/agents/{agentId}/tasks/{taskId}/log", handlers::append_log, for_agents},
    {verb::post, "/agents/{agentId}/tasks/{taskId}/result", handlers::finish, for_agents},
    {verb::post, "/agents/{agentId}/tasks/{taskId}/release", handlers::release, for_agents},
    {verb::post, "/agents/{agentId}/task-results", handlers::finish_by_body, for_agents},
    {verb::get, "/agents/{agentId}/policies", handlers::policies_of_agent, for_agents},

    {verb::get, "/agents", handlers::list_agents, for_reading},
    {verb::get, "/agents/{agentId}", handlers::get_agent, for_reading},
    {verb::patch, "/agents/{agentId}", handlers::change_agent, for_operating},
    {verb::delete_, "/agents/{agentId}", handlers::delete_agent, for_operating},
    {verb::post, "/policies", handlers::create_policy, for_operating},
    {verb::get, "/policies", handlers::list_policies, for_reading},
    {verb::get, "/policies/{policyId}", handlers::get_policy, for_reading},
    {verb::put, "/policies/{policyId}", handlers::replace_policy, for_operating},
    {verb::delete_, "/policies/{policyId}", handlers::delete_policy, for_operating},
    {verb::get, "/policies/{policyId}/agents", handlers::list_policy_agents, for_reading},
    {verb::post, "/policies/{policyId}/agents/{agentId}", handlers::assign_policy, for_operating},
    {verb::delete_, "/policies/{policyId}/agents/{agentId}", handlers::unassign_policy, for_operating},
    {verb::get, "/policies/{policyId}/next-runs", handlers::next_runs, for_reading},
    {verb::get, "/next-runs", handlers::preview_runs, for_reading},
    {verb::post, "/policies/{policyId}/run", handlers::run_policy, for_operating},
    {verb::get, "/freshness", handlers::list_freshness, for_reading},
    {verb::get, "/repositories", handlers::list_repositories, for_reading},
    {verb::post, "/tasks", handlers::create_tasks, for_operating},
    {verb::get, "/tasks", handlers::list_tasks, for_reading},
    {verb::get, "/tasks/{taskId}", handlers::get_task, for_reading},
    {verb::get, "/tasks/{taskId}/log", handlers::get_log, for_reading},
    {verb::get, "/tasks/{taskId}/explain", handlers::explain_task, for_reading},
    {verb::post, "/tasks/{taskId}/cancel", handlers::cancel_task, for_operating},
    {verb::post, "/tasks/{taskId}/retry", handlers::retry_task, for_operating},
    {verb::post, "/tenants", handlers::create_tenant, for_root},
    {verb::get, "/tenants", handlers::list_tenants, for_root},
    {verb::post, "/tokens", handlers::create_token, for_admins},
    {verb::get, "/tokens", handlers::list_tokens, for_admins},
    {verb::delete_, "/tokens/{tokenId}", handlers::revoke_token, for_admins},
    {verb::get, "/audit", handlers::list_audit, for_admins},
    {verb::get, "/overview", handlers::get_overview, for_reading},
    {verb::get, "/changes", handlers::changes, for_reading},
    {verb::get, "/whoami", handlers::whoami, for_all},

    {verb::get, "/healthz", handlers::health, anybody},
    {verb::get, "/readyz", handlers::ready, anybody},
    {verb::get, "/metrics", handlers::metrics, for_reading},
    {verb::get, "/debug", handlers::debug, for_admins},
    {verb::get, "/openapi.json", handlers::openapi, anybody},
    {verb::get, "/version", handlers::version, anybody},
};

} // namespace

std::vector<route> make_routes(services& s) {
    std::vector<route> routes;
    for (const row& r : table) {
        route made;
        made.method = r.method;
        made.pattern = r.pattern;
        made.run = [&s, run = r.run](exchange& x) { return run(s, x); };
        made.allowed = r.allowed;
        made.token_in_body = r.run == handlers::register_agent;
        made.head = r.run != handlers::poll;
        routes.push_back(std::move(made));
    }
    add_console_routes(routes);
    return routes;
}

} // namespace holdfast::net
