#include "db/overview_store.hpp"

#include "db/sql.hpp"

namespace holdfast::db {
namespace {

overview read_counts(const pg::row& row) {
    overview out;
    out.at = row.get<instant>(0);
    out.agents_online = row.get<std::int64_t>(1);
    out.agents_offline = row.get<std::int64_t>(2);
    out.agents_paused = row.get<std::int64_t>(3);
    out.pending = row.get<std::int64_t>(4);
    out.due = row.get<std::int64_t>(5);
    out.assigned = row.get<std::int64_t>(6);
    out.in_progress = row.get<std::int64_t>(7);
    int column = 8;
    for (std::int64_t& state : out.freshness) state = row.get<std::int64_t>(column++);
    return out;
}

} // namespace

awaitable<result<overview>> pg_overview_store::count(tenant_id tenant) {
    constexpr std::int32_t at_most = overview_counted_max;
    const auto silence = static_cast<std::int32_t>(times_.silence_max().count());
    auto counts = co_await pool_.exec(sql::overview_counts, pg::bind(tenant, silence, at_most));
    if (!counts) co_return std::move(counts).error();
    auto minutes = co_await pool_.exec(sql::overview_minutes, pg::bind(tenant, at_most));
    if (!minutes) co_return std::move(minutes).error();
    auto due = co_await pool_.exec(sql::tasks_oldest_due, pg::bind(tenant));
    if (!due) co_return std::move(due).error();
    overview out = read_counts(counts->front());
    for (const pg::row row : *due)
        out.oldest_due = due_task{row.get<task_id>(0), row.get<agent_id>(1), row.get<instant>(2)};
    for (const pg::row row : *minutes)
        out.last_hour.push_back({row.get<instant>(0), row.get<std::int64_t>(1), row.get<std::int64_t>(2),
                                 row.get<std::int64_t>(3)});
    co_return out;
}

} // namespace holdfast::db
