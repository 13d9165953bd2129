#include "db/housekeeping_store.hpp"

#include "db/rows_of_task.hpp"
#include "db/sql.hpp"

namespace holdfast::db {
namespace {

constexpr std::int32_t tenants_max = 100;

} // namespace

awaitable<result<std::vector<tenant_id>>> pg_housekeeping_store::tenants(pg::statement which) {
    auto rows = co_await pool_.exec(which, pg::bind(tenants_max));
    if (!rows) co_return std::move(rows).error();
    std::vector<tenant_id> found;
    for (const pg::row row : *rows) found.push_back(row.get<tenant_id>(0));
    co_return found;
}

awaitable<result<std::vector<ended_lease>>> pg_housekeeping_store::end_leases(int limit) {
    auto found = co_await tenants(sql::leases_tenants);
    if (!found) co_return std::move(found).error();
    std::vector<ended_lease> ended;
    for (const tenant_id tenant : *found) {
        auto rows = co_await pool_.exec(sql::leases_end,
                                        pg::bind(tenant, std::int32_t{limit},
                                                 static_cast<std::int32_t>(times_.retry_base.count()),
                                                 static_cast<std::int32_t>(times_.retry_cap.count())));
        if (!rows) co_return std::move(rows).error();
        for (const pg::row row : *rows) {
            ended_lease e{tenant,
                          row.get<task_id>(0),
                          row.get<agent_id>(1),
                          task_state_from(row.get<std::string_view>(2)).value(),
                          row.get<std::int32_t>(3),
                          row.get<bool>(4),
                          {}};
            add_agents(row, 5, e.freed_for);
            ended.push_back(std::move(e));
        }
    }
    co_return ended;
}

awaitable<result<std::vector<agent_id>>> pg_housekeeping_store::came_due(std::chrono::seconds within,
                                                                         int limit) {
    auto rows = co_await pool_.exec(sql::due_agents,
                                    pg::bind(static_cast<std::int32_t>(within.count()), std::int32_t{limit}));
    if (!rows) co_return std::move(rows).error();
    std::vector<agent_id> agents;
    for (const pg::row row : *rows) agents.push_back(row.get<agent_id>(1));
    co_return agents;
}

awaitable<result<std::int64_t>> pg_housekeeping_store::count_pending(int at_most) {
    auto rows = co_await pool_.exec(sql::pending_count, pg::bind(std::int32_t{at_most}));
    if (!rows) co_return std::move(rows).error();
    co_return rows->front().get<std::int64_t>(0);
}

awaitable<result<freshness_counts>> pg_housekeeping_store::count_freshness(int at_most) {
    auto rows = co_await pool_.exec(sql::freshness_count, pg::bind(std::int32_t{at_most}));
    if (!rows) co_return std::move(rows).error();
    freshness_counts counts{};
    for (const pg::row row : *rows)
        counts.at(static_cast<std::size_t>(freshness_state_from(row.get<std::string_view>(0)).value())) =
            row.get<std::int64_t>(1);
    co_return counts;
}

awaitable<result<std::vector<judged_freshness>>> pg_housekeeping_store::judge_freshness(int limit) {
    auto found = co_await tenants(sql::freshness_tenants);
    if (!found) co_return std::move(found).error();
    std::vector<judged_freshness> judged;
    for (const tenant_id tenant : *found) {
        auto rows = co_await pool_.exec(sql::freshness_judge, pg::bind(tenant, std::int32_t{limit}));
        if (!rows) co_return std::move(rows).error();
        for (const pg::row row : *rows) judged.push_back({tenant, row.get<agent_id>(0)});
    }
    co_return judged;
}

awaitable<result<bool>> pg_housekeeping_store::forget_old(int limit) {
    using std::chrono::days;
    const aging all[] = {{sql::sessions_tenants, sql::sessions_forget, days{1}},
                         {sql::idempotency_tenants, sql::idempotency_forget, days{1}},
                         {sql::events_old_tenants, sql::events_old_forget, days{2}},
                         {sql::logs_tenants, sql::logs_forget, times_.log_keep},
                         {sql::tasks_tenants, sql::tasks_forget, times_.task_keep},
                         {sql::audit_tenants, sql::audit_forget, times_.audit_keep}};
    bool more = false;
    for (const aging& each : all) {
        if (each.keep == days{0}) continue;
        auto left = co_await forget(each, limit);
        if (!left) co_return std::move(left).error();
        more = more || *left;
    }
    co_return more;
}

awaitable<result<bool>> pg_housekeeping_store::forget(const aging& what, int limit) {
    const auto days = static_cast<std::int32_t>(what.keep.count());
    auto found = co_await pool_.exec(what.tenants, pg::bind(tenants_max, days));
    if (!found) co_return std::move(found).error();
    bool more = false;
    for (const pg::row row : *found) {
        auto gone =
            co_await pool_.exec(what.forget, pg::bind(row.get<tenant_id>(0), std::int32_t{limit}, days));
        if (!gone) co_return std::move(gone).error();
        more = more || gone->affected() >= limit;
    }
    co_return more;
}

} // namespace holdfast::db
