#include "db/overview_store.hpp"

#include "db/sql.hpp"

namespace holdfast::db {
namespace {

void read_tasks(const pg::row& row, overview& into) {
    std::int64_t* const figures[] = {&into.tasks_pending,   &into.tasks_assigned, &into.tasks_in_progress,
                                     &into.tasks_completed, &into.tasks_failed,   &into.tasks_cancelled};
    int column = 0;
    for (std::int64_t* each : figures) *each = row.get<std::int64_t>(column++);
}

} // namespace

awaitable<result<overview>> pg_overview_store::of(tenant_id tenant, int at_most) {
    const auto silence = static_cast<std::int32_t>(times_.silence_max().count());
    const auto most = std::int32_t{at_most};
    overview out;
    auto agents = co_await pool_.exec(sql::agents_count, pg::bind(tenant, silence, most));
    if (!agents) co_return std::move(agents).error();
    out.agents_online = agents->front().get<std::int64_t>(0);
    out.agents_offline = agents->front().get<std::int64_t>(1);
    out.agents_paused = agents->front().get<std::int64_t>(2);
    auto tasks = co_await pool_.exec(sql::tasks_count, pg::bind(tenant, most));
    if (!tasks) co_return std::move(tasks).error();
    read_tasks(tasks->front(), out);
    auto due = co_await pool_.exec(sql::tasks_oldest_due, pg::bind(tenant));
    if (!due) co_return std::move(due).error();
    for (const pg::row row : *due)
        out.oldest_due = {row.get<task_id>(0), row.get<agent_id>(1), row.get<instant>(2)};
    auto backups = co_await pool_.exec(sql::freshness_of_tenant, pg::bind(tenant, most));
    if (!backups) co_return std::move(backups).error();
    for (const pg::row row : *backups) {
        const auto state = freshness_state_from(row.get<std::string_view>(0)).value();
        out.backups.at(static_cast<std::size_t>(state)) = row.get<std::int64_t>(1);
    }
    co_return out;
}

} // namespace holdfast::db
