#include "db/schedule_store.hpp"

#include "db/sql.hpp"

namespace holdfast::db {
namespace {

constexpr std::int32_t tenants_max = 100;

due_assignment read_due(const pg::row& row) {
    due_assignment out;
    out.policy = row.get<policy_id>(0);
    out.agent = row.get<agent_id>(1);
    out.settled_until = row.get<instant>(2);
    out.next_run_at = row.get<instant>(3);
    out.now = row.get<instant>(4);
    out.when.schedule = row.get<std::string>(5);
    out.when.check_schedule = row.get<std::optional<std::string>>(6);
    out.when.prune_schedule = row.get<std::optional<std::string>>(7);
    out.when.timezone = row.get<std::string>(8);
    out.when.spread_seconds = row.get<std::int32_t>(9);
    out.when.on_missed = row.get<std::string>(10);
    out.when.min_gap_seconds = row.get<std::int32_t>(11);
    out.when.enabled = row.get<bool>(12);
    return out;
}

} // namespace

awaitable<result<std::vector<tenant_id>>> pg_schedule_store::tenants_with_due_runs() {
    auto rows = co_await pool_.exec(sql::runs_tenants, pg::bind(tenants_max));
    if (!rows) co_return std::move(rows).error();
    std::vector<tenant_id> found;
    for (const pg::row row : *rows) found.push_back(row.get<tenant_id>(0));
    co_return found;
}

awaitable<result<std::optional<std::chrono::microseconds>>> pg_schedule_store::next_due_in() {
    auto rows = co_await pool_.exec(sql::runs_due_in);
    if (!rows) co_return std::move(rows).error();
    std::optional<std::chrono::microseconds> next;
    if (const auto us = rows->front().get<std::optional<std::int64_t>>(0))
        next = std::chrono::microseconds{*us};
    co_return next;
}

awaitable<result<std::vector<due_assignment>>> pg_schedule_store::due(tenant_id tenant, int limit) {
    auto rows = co_await pool_.exec(sql::runs_due, pg::bind(tenant, std::int32_t{limit}));
    if (!rows) co_return std::move(rows).error();
    std::vector<due_assignment> found;
    for (const pg::row row : *rows) found.push_back(read_due(row));
    co_return found;
}

awaitable<result<std::vector<settled_run>>> pg_schedule_store::settle(tenant_id tenant,
                                                                      std::vector<settled_assignment> all) {
    std::vector<policy_id> policies;
    std::vector<agent_id> agents;
    std::vector<instant> settled_before;
    std::vector<instant> due;
    std::vector<instant> settled;
    std::vector<std::optional<instant>> next;
    std::vector<task_id> tasks;
    std::vector<policy_id> run_policies;
    std::vector<agent_id> run_agents;
    std::vector<std::string_view> types;
    std::vector<instant> times;
    for (const settled_assignment& each : all) {
        policies.push_back(each.seen.policy);
        agents.push_back(each.seen.agent);
        settled_before.push_back(each.seen.settled_until);
        due.push_back(each.seen.next_run_at);
        settled.push_back(each.settled_until);
        next.push_back(each.next_run_at);
        for (const due_run& run : each.runs) {
            tasks.push_back(task_id::make());
            run_policies.push_back(each.seen.policy);
            run_agents.push_back(each.seen.agent);
            types.push_back(name_of(run.type));
            times.push_back(run.at);
        }
    }
    auto rows =
        co_await pool_.exec(sql::runs_settle, pg::bind(tenant, policies, agents, settled_before, due, settled,
                                                       next, tasks, run_policies, run_agents, types, times));
    if (!rows) co_return std::move(rows).error();
    std::vector<settled_run> runs;
    for (const pg::row row : *rows)
        runs.push_back({row.get<task_id>(0), row.get<policy_id>(1), row.get<agent_id>(2),
                        task_type_from(row.get<std::string_view>(3)).value(), row.get<instant>(4),
                        row.get<bool>(5), row.get<bool>(6)});
    co_return runs;
}

} // namespace holdfast::db
