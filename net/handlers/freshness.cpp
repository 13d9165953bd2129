// How old the last good backups are.
#include "net/wire/freshness.hpp"

#include "net/handlers/handlers.hpp"
#include "net/json/write.hpp"
#include "net/problem.hpp"
#include "net/wire/page.hpp"

namespace holdfast::net::handlers {
namespace {

result<freshness_filter> filter_of(const exchange& x) {
    freshness_filter out;
    if (const auto state = x.query().text("state")) {
        out.state = freshness_state_from(*state);
        if (!out.state) return bad_parameter("state", "one of fresh, late, stale, never");
    }
    auto policy = x.query().id<policy_id>("policyId");
    if (!policy) return std::move(policy).error();
    auto agent = x.query().id<agent_id>("agentId");
    if (!agent) return std::move(agent).error();
    out.policy = *policy;
    out.agent = *agent;
    return out;
}

wire::freshness_view view_of(freshness from) {
    return {.policy_id = from.policy,
            .policy_name = std::move(from.policy_name),
            .agent_id = from.agent,
            .hostname = std::move(from.hostname),
            .state = from.state,
            .assigned_at = from.assigned_at,
            .last_success_at = from.last_success_at,
            .last_task_id = from.last_task,
            .age_seconds = from.age_seconds,
            .max_age_seconds = from.max_age_seconds,
            .due_at = from.due_at};
}

} // namespace

awaitable<reply> list_freshness(services& s, exchange& x) {
    auto page = wire::page_of<freshness_key>(x);
    if (!page) co_return problem(page.error(), x);
    auto filter = filter_of(x);
    if (!filter) co_return problem(filter.error(), x);
    auto found = co_await s.policies.freshness_of(x.identity().tenant, *filter, *page);
    if (!found) co_return problem(found.error(), x);
    co_return wire::page_reply(std::move(*found), view_of);
}

} // namespace holdfast::net::handlers
