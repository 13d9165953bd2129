#include "db/event_store.hpp"

#include "db/sql.hpp"

namespace holdfast::db {
namespace {

constexpr std::int32_t tenants_max = 100;

std::optional<freshness_state> read_state(const pg::row& row, int column) {
    const auto name = row.get<std::optional<std::string>>(column);
    return name ? freshness_state_from(*name) : std::nullopt;
}

event read_event(const pg::row& row) {
    event e;
    e.id = row.get<event_id>(0);
    e.kind = event_kind_from(row.get<std::string_view>(1)).value();
    e.at = row.get<instant>(2);
    e.tries = row.get<std::int32_t>(3);
    e.expired = row.get<bool>(4);
    e.policy = row.get<policy_id>(5);
    e.policy_name = row.get<std::string>(6);
    e.agent = row.get<agent_id>(7);
    e.hostname = row.get<std::string>(8);
    e.state = read_state(row, 9);
    e.state_before = read_state(row, 10);
    e.last_success_at = row.get<std::optional<instant>>(11);
    e.max_age_seconds = row.get<std::optional<std::int64_t>>(12);
    e.task = row.get<std::optional<task_id>>(13);
    if (const auto type = row.get<std::optional<std::string>>(14)) e.type = task_type_from(*type);
    e.attempt = row.get<std::optional<std::int32_t>>(15);
    e.error_category = row.get<std::optional<std::string>>(16);
    e.error_message = row.get<std::optional<std::string>>(17);
    return e;
}

} // namespace

awaitable<result<std::vector<tenant_id>>> pg_event_store::tenants_with_due_events() {
    auto rows = co_await pool_.exec(sql::events_tenants, pg::bind(tenants_max));
    if (!rows) co_return std::move(rows).error();
    std::vector<tenant_id> found;
    for (const pg::row row : *rows) found.push_back(row.get<tenant_id>(0));
    co_return found;
}

awaitable<result<std::vector<event>>>
pg_event_store::take(tenant_id tenant, int limit, std::chrono::seconds lease, std::chrono::seconds age_max) {
    auto rows = co_await pool_.exec(sql::events_take, pg::bind(tenant, std::int32_t{limit},
                                                               static_cast<std::int32_t>(lease.count()),
                                                               static_cast<std::int32_t>(age_max.count())));
    if (!rows) co_return std::move(rows).error();
    std::vector<event> taken;
    for (const pg::row row : *rows) taken.push_back(read_event(row));
    co_return taken;
}

awaitable<result<void>> pg_event_store::settle(tenant_id tenant, event_outcomes outcomes) {
    std::vector<event_id> again;
    std::vector<std::int32_t> tries;
    std::vector<double> after;
    for (const event_outcomes::delay& each : outcomes.again) {
        again.push_back(each.id);
        tries.push_back(each.tries);
        after.push_back(std::chrono::duration<double>(each.after).count());
    }
    std::vector<pg::command> commands;
    commands.push_back({sql::events_forget, pg::bind(tenant, outcomes.done)});
    commands.push_back({sql::events_again, pg::bind(tenant, again, tries, after)});
    auto sent = co_await pool_.exec_all(std::move(commands));
    if (!sent) co_return std::move(sent).error();
    co_return done;
}

} // namespace holdfast::db
