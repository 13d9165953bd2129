// Policies, and the agents that they are for.
#include "domain/policy_runs.hpp"
#include "domain/validation.hpp"
#include "net/handlers/handlers.hpp"
#include "net/json/read.hpp"
#include "net/json/write.hpp"
#include "net/problem.hpp"
#include "net/wire/page.hpp"
#include "net/wire/policy.hpp"

namespace holdfast::net::handlers {
namespace {

reply runs_of(const timetable& when, std::int64_t count) {
    const auto now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
    wire::next_runs_answer answer;
    for (planned_run& run : planned_runs(when, now, static_cast<std::size_t>(count)))
        answer.items.push_back({run.type, run.at, std::move(run.local)});
    answer.timezone = when.timezone;
    answer.spread_seconds = when.spread_seconds;
    return ok(answer);
}

timetable timetable_of(const exchange& x) {
    timetable out;
    out.schedule = std::string(x.query().text("schedule").value_or(""));
    if (const auto check = x.query().text("checkSchedule")) out.check_schedule = std::string(*check);
    if (const auto prune = x.query().text("pruneSchedule")) out.prune_schedule = std::string(*prune);
    if (const auto zone = x.query().text("timezone")) out.timezone = std::string(*zone);
    return out;
}

} // namespace

awaitable<reply> create_policy(services& s, exchange& x) {
    auto body = json::read_body<wire::policy_body>(x.request());
    if (!body) co_return problem(body.error(), x);
    auto wanted = wire::policy_from(std::move(*body));
    if (!wanted) co_return problem(wanted.error(), x);
    auto made = co_await s.policies.create(x.identity().tenant, std::move(*wanted), origin_of(x));
    if (!made) co_return problem(made.error(), x);
    co_return json_reply(201, wire::view_of(std::move(*made), masks_secrets(x)));
}

awaitable<reply> list_policies(services& s, exchange& x) {
    auto page = wire::page_of(x);
    if (!page) co_return problem(page.error(), x);
    auto found = co_await s.policies.list(x.identity().tenant, *page);
    if (!found) co_return problem(found.error(), x);
    const bool masked = masks_secrets(x);
    co_return wire::page_reply(std::move(*found),
                               [masked](policy p) { return wire::view_of(std::move(p), masked); });
}

awaitable<reply> get_policy(services& s, exchange& x) {
    auto found = co_await s.policies.get(x.identity().tenant, x.id<policy_id>("policyId"));
    if (!found) co_return problem(found.error(), x);
    co_return ok(wire::view_of(std::move(*found), masks_secrets(x)));
}

awaitable<reply> replace_policy(services& s, exchange& x) {
    auto body = json::read_body<wire::policy_body>(x.request());
    if (!body) co_return problem(body.error(), x);
    auto wanted = wire::policy_from(std::move(*body));
    if (!wanted) co_return problem(wanted.error(), x);
    wanted->id = x.id<policy_id>("policyId");
    auto now = co_await s.policies.replace(x.identity().tenant, std::move(*wanted), origin_of(x));
    if (!now) co_return problem(now.error(), x);
    co_return ok(wire::view_of(std::move(*now), masks_secrets(x)));
}

awaitable<reply> delete_policy(services& s, exchange& x) {
    auto gone = co_await s.policies.remove(x.identity().tenant, x.id<policy_id>("policyId"), origin_of(x));
    if (!gone) co_return problem(gone.error(), x);
    co_return no_content();
}

awaitable<reply> assign_policy(services& s, exchange& x) {
    auto done = co_await s.policies.assign(x.identity().tenant, x.id<policy_id>("policyId"),
                                           x.id<agent_id>("agentId"), origin_of(x));
    if (!done) co_return problem(done.error(), x);
    co_return no_content();
}

awaitable<reply> unassign_policy(services& s, exchange& x) {
    auto done = co_await s.policies.unassign(x.identity().tenant, x.id<policy_id>("policyId"),
                                             x.id<agent_id>("agentId"), origin_of(x));
    if (!done) co_return problem(done.error(), x);
    co_return no_content();
}

awaitable<reply> list_policy_agents(services& s, exchange& x) {
    auto page = wire::page_of(x);
    if (!page) co_return problem(page.error(), x);
    auto found = co_await s.policies.agents_of(x.identity().tenant, x.id<policy_id>("policyId"), *page);
    if (!found) co_return problem(found.error(), x);
    co_return wire::page_reply(std::move(*found), [](assigned_agent a) {
        return wire::assigned_agent_view{a.id, std::move(a.hostname), a.assigned_at};
    });
}

awaitable<reply> run_policy(services& s, exchange& x) {
    auto body = json::read_body<wire::run_body>(x.request());
    if (!body) co_return problem(body.error(), x);
    if (body->agent_ids) {
        std::vector<field_error> wrong;
        check_range("/agentIds", static_cast<std::int64_t>(body->agent_ids->size()), 1,
                    tasks_in_one_request_max, wrong);
        if (const auto refusal = refused(std::move(wrong))) co_return problem(*refusal, x);
    }
    policy_run wanted{body->task_type.value_or(task_type::backup), std::move(body->agent_ids), origin_of(x)};
    auto made = co_await s.policies.run(x.identity().tenant, x.id<policy_id>("policyId"), std::move(wanted));
    if (!made) co_return problem(made.error(), x);
    wire::run_answer answer;
    for (const task& t : *made) answer.task_ids.push_back(t.id);
    answer.count = answer.task_ids.size();
    co_return json_reply(201, answer);
}

awaitable<reply> next_runs(services& s, exchange& x) {
    auto count = x.query().integer("count", 1, 100, 10);
    if (!count) co_return problem(count.error(), x);
    auto found = co_await s.policies.get(x.identity().tenant, x.id<policy_id>("policyId"));
    if (!found) co_return problem(found.error(), x);
    co_return runs_of(found->when, *count);
}

awaitable<reply> preview_runs(services&, exchange& x) {
    auto count = x.query().integer("count", 1, 100, 10);
    if (!count) co_return problem(count.error(), x);
    const timetable asked = timetable_of(x);
    std::vector<field_error> wrong;
    check_schedules(asked, wrong);
    if (const auto refusal = refused(std::move(wrong))) co_return problem(*refusal, x);
    co_return runs_of(asked, *count);
}

// What an agent may know of the policies assigned to it; with their secrets, since it runs them.
awaitable<reply> policies_of_agent(services& s, exchange& x) {
    const auto agent = x.id<agent_id>("agentId");
    auto allowed = co_await s.tokens.act_as(x.identity(), agent);
    if (!allowed) co_return problem(allowed.error(), x);
    auto found = co_await s.policies.of_agent(x.identity().tenant, agent);
    if (!found) co_return problem(found.error(), x);
    page<policy> all{std::move(*found), std::nullopt};
    co_return wire::page_reply(std::move(all), [](policy p) { return wire::view_of(std::move(p), false); });
}

} // namespace holdfast::net::handlers
