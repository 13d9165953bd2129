#include "db/repository_store.hpp"

#include "db/sql.hpp"

#include <algorithm>
#include <limits>
#include <string_view>
#include <utility>

namespace holdfast::db {
namespace {

task read_user_task(const pg::row& row) {
    task t;
    t.what.repository = row.get<std::string>(1);
    t.id = row.get<task_id>(2);
    t.agent = row.get<agent_id>(3);
    t.policy = row.get<policy_id>(4);
    t.type = task_type_from(row.get<std::string_view>(5)).value();
    t.state = task_state_from(row.get<std::string_view>(6)).value();
    t.attempt = row.get<std::int32_t>(7);
    t.created_at = row.get<instant>(8);
    t.scheduled_for = row.get<std::optional<instant>>(9);
    t.not_before = row.get<std::optional<instant>>(10);
    t.assigned_at = row.get<std::optional<instant>>(11);
    t.lease_until = row.get<std::optional<instant>>(12);
    t.error_message = row.get<std::optional<std::string>>(13);
    return t;
}

repository_user read_user(const pg::row& row) {
    repository_user u;
    u.what = read_user_task(row);
    u.around.release_reason = row.get<std::optional<std::string>>(14);
    u.policy_enabled = row.get<bool>(15);
    u.around.now = row.get<instant>(16);
    u.around.held = static_cast<int>(row.get<std::int64_t>(17));
    u.around.held_of_type = static_cast<int>(row.get<std::int64_t>(18));
    u.around.ahead = static_cast<int>(row.get<std::int64_t>(19));
    if (!row.is_null(20))
        u.around.holders.push_back({row.get<task_id>(20), row.get<agent_id>(21),
                                    task_type_from(row.get<std::string_view>(22)).value(), true});
    return u;
}

} // namespace

awaitable<result<page<repository_use, std::int64_t>>>
pg_repository_store::list(tenant_id tenant, repository_filter filter, page_request_by<std::int64_t> page) {
    const std::int64_t before = page.before.value_or(std::numeric_limits<std::int64_t>::max());
    std::optional<std::string> state;
    if (filter.state) state = name_of(*filter.state);
    auto rows = co_await pool_.exec(sql::repositories_in_use,
                                    pg::bind(tenant, std::int32_t{page.limit + 1}, before, state,
                                             filter.repository, std::int32_t{users_counted_max}));
    if (!rows) co_return std::move(rows).error();
    std::vector<repository_use> found;
    for (const pg::row row : *rows)
        found.push_back(
            {row.get<std::int64_t>(0), row.get<std::int64_t>(1), row.get<std::int64_t>(2), {}, {}});
    auto out = make_page(std::move(found), page.limit, [](const repository_use& use) { return use.key; });
    std::vector<std::int64_t> keys;
    for (const repository_use& use : out.items) keys.push_back(use.key);
    auto users =
        co_await pool_.exec(sql::repositories_users, pg::bind(tenant, keys, std::int32_t{users_shown_max},
                                                              std::int32_t{users_counted_max}));
    if (!users) co_return std::move(users).error();
    for (const pg::row row : *users) {
        const auto use = std::ranges::find(out.items, row.get<std::int64_t>(0), &repository_use::key);
        repository_user user = read_user(row);
        auto& list = user.what.state == task_state::pending ? use->waiting : use->holding;
        if (list.size() < users_shown_max) list.push_back(std::move(user));
    }
    co_return out;
}

} // namespace holdfast::db
