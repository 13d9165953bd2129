#include "db/policy_store.hpp"

#include "db/audit_notes.hpp"
#include "db/rows_of_task.hpp"
#include "db/sql.hpp"

namespace holdfast::db {
namespace {

policy read_policy(const pg::row& row) {
    policy p;
    p.id = row.get<policy_id>(0);
    p.name = row.get<std::string>(1);
    p.description = row.get<std::optional<std::string>>(2);
    p.when.schedule = row.get<std::string>(3);
    p.when.check_schedule = row.get<std::optional<std::string>>(4);
    p.when.prune_schedule = row.get<std::optional<std::string>>(5);
    p.when.timezone = row.get<std::string>(6);
    p.when.spread_seconds = row.get<std::int32_t>(7);
    p.overlap = row.get<std::string>(8);
    p.when.on_missed = row.get<std::string>(9);
    p.when.min_gap_seconds = row.get<std::int32_t>(10);
    p.max_age_seconds = row.get<std::optional<std::int64_t>>(11);
    p.what.include_paths = row.get<std::vector<std::string>>(12);
    p.what.exclude_paths = row.get<std::vector<std::string>>(13);
    p.what.repository = row.get<std::string>(14);
    p.repository_spec = read_document(row, 15);
    p.what.retention = read_document(row, 16);
    p.what.execution_params = read_document(row, 17);
    p.max_attempts = row.get<std::int32_t>(18);
    p.when.enabled = row.get<bool>(19);
    p.created_at = row.get<instant>(20);
    p.updated_at = row.get<instant>(21);
    return p;
}

pg::params bind_policy(tenant_id tenant, const policy& p, const pg::jsonb& note) {
    return pg::bind(tenant, p.id, p.name, p.description, p.when.schedule, p.when.check_schedule,
                    p.when.prune_schedule, p.when.timezone, std::int32_t{p.when.spread_seconds}, p.overlap,
                    p.when.on_missed, std::int32_t{p.when.min_gap_seconds}, p.max_age_seconds,
                    p.what.include_paths, p.what.exclude_paths, p.what.repository,
                    as_jsonb(p.repository_spec), as_jsonb(p.what.retention),
                    as_jsonb(p.what.execution_params), std::int32_t{p.max_attempts}, p.when.enabled, note);
}

freshness read_freshness(const pg::row& row) {
    freshness f;
    f.policy = row.get<policy_id>(0);
    f.policy_name = row.get<std::string>(1);
    f.agent = row.get<agent_id>(2);
    f.hostname = row.get<std::string>(3);
    f.state = freshness_state_from(row.get<std::string_view>(4)).value();
    f.assigned_at = row.get<instant>(5);
    f.last_success_at = row.get<std::optional<instant>>(6);
    f.last_task = row.get<std::optional<task_id>>(7);
    f.age_seconds = row.get<std::optional<std::int64_t>>(8);
    f.max_age_seconds = row.get<std::optional<std::int64_t>>(9);
    f.due_at = row.get<std::optional<instant>>(10);
    return f;
}

failure name_taken() {
    return failure{errc::name_taken, "name: there is a policy of this name"};
}

failure no_such_policy() {
    return failure{errc::not_found, "there is no such policy"};
}

pg::jsonb note_of_agent(const origin& by, audit_action what, policy_id id, agent_id agent) {
    return audit_note(by, what, id.value, {{"agentId", to_string(agent)}});
}

// The answer of policy_agents_assign and policy_agents_unassign.
result<void> both_are_there(const pg::row& row) {
    if (!row.get<bool>(0)) return no_such_policy();
    if (!row.get<bool>(1)) return failure{errc::not_found, "there is no such agent"};
    return done;
}

} // namespace

awaitable<result<policy>> pg_policy_store::create(tenant_id tenant, policy wanted, origin by) {
    const pg::jsonb note = audit_note(by, audit_action::policy_create, wanted.id.value, {});
    auto rows = co_await pool_.exec(sql::policies_create, bind_policy(tenant, wanted, note));
    if (!rows) co_return std::move(rows).error();
    if (rows->empty()) co_return name_taken();
    co_return read_policy(rows->front());
}

awaitable<result<policy>> pg_policy_store::replace(tenant_id tenant, policy wanted, origin by) {
    const pg::jsonb note = audit_note(by, audit_action::policy_replace, wanted.id.value, {});
    std::vector<pg::command> commands;
    commands.push_back({sql::policies_lock, pg::bind(tenant, wanted.id)});
    commands.push_back({sql::policies_replace, bind_policy(tenant, wanted, note)});
    auto sent = co_await pool_.exec_all(std::move(commands));
    if (!sent && sent.error().code() == errc::conflict) co_return name_taken();
    if (!sent) co_return std::move(sent).error();
    if (sent->back().empty()) co_return no_such_policy();
    co_return read_policy(sent->back().front());
}

awaitable<result<void>> pg_policy_store::remove(tenant_id tenant, policy_id id, origin by) {
    const pg::jsonb note = audit_note(by, audit_action::policy_delete, id.value, {});
    std::vector<pg::command> commands;
    commands.push_back({sql::policies_lock, pg::bind(tenant, id)});
    commands.push_back({sql::policies_delete, pg::bind(tenant, id, note)});
    auto sent = co_await pool_.exec_all(std::move(commands));
    if (!sent) co_return std::move(sent).error();
    if (sent->front().empty()) co_return no_such_policy();
    if (sent->back().empty())
        co_return failure{errc::conflict, "the policy is assigned to agents; unassign them first"};
    co_return done;
}

awaitable<result<policy>> pg_policy_store::get(tenant_id tenant, policy_id id) {
    auto rows = co_await pool_.exec(sql::policies_get, pg::bind(tenant, id));
    if (!rows) co_return std::move(rows).error();
    if (rows->empty()) co_return no_such_policy();
    co_return read_policy(rows->front());
}

awaitable<result<page<policy>>> pg_policy_store::list(tenant_id tenant, page_request page) {
    auto rows =
        co_await pool_.exec(sql::policies_list, pg::bind(tenant, page.before, std::int32_t{page.limit + 1}));
    if (!rows) co_return std::move(rows).error();
    std::vector<policy> found;
    for (const pg::row row : *rows) found.push_back(read_policy(row));
    co_return make_page(std::move(found), page.limit, [](const policy& p) { return p.id.value; });
}

awaitable<result<void>> pg_policy_store::assign(tenant_id tenant, policy_id id, agent_id agent, origin by) {
    const pg::jsonb note = note_of_agent(by, audit_action::policy_assign, id, agent);
    auto rows = co_await pool_.exec(sql::policy_agents_assign, pg::bind(tenant, id, agent, note));
    if (!rows) co_return std::move(rows).error();
    co_return both_are_there(rows->front());
}

awaitable<result<void>> pg_policy_store::unassign(tenant_id tenant, policy_id id, agent_id agent, origin by) {
    const pg::jsonb note = note_of_agent(by, audit_action::policy_unassign, id, agent);
    auto rows = co_await pool_.exec(sql::policy_agents_unassign, pg::bind(tenant, id, agent, note));
    if (!rows) co_return std::move(rows).error();
    co_return both_are_there(rows->front());
}

awaitable<result<page<assigned_agent>>> pg_policy_store::agents_of(tenant_id tenant, policy_id id,
                                                                   page_request page) {
    auto rows = co_await pool_.exec(sql::policy_agents_list,
                                    pg::bind(tenant, id, page.before, std::int32_t{page.limit + 1}));
    if (!rows) co_return std::move(rows).error();
    std::vector<assigned_agent> found;
    for (const pg::row row : *rows)
        found.push_back({row.get<agent_id>(0), row.get<std::string>(1), row.get<instant>(2)});
    co_return make_page(std::move(found), page.limit, [](const assigned_agent& a) { return a.id.value; });
}

awaitable<result<std::vector<policy>>> pg_policy_store::of_agent(tenant_id tenant, agent_id agent) {
    auto rows = co_await pool_.exec(sql::policies_of_agent, pg::bind(tenant, agent));
    if (!rows) co_return std::move(rows).error();
    std::vector<policy> found;
    for (const pg::row row : *rows) found.push_back(read_policy(row));
    co_return found;
}

awaitable<result<page<freshness, freshness_key>>>
pg_policy_store::freshness_of(tenant_id tenant, freshness_filter filter,
                              page_request_by<freshness_key> page) {
    std::optional<policy_id> policy_before;
    std::optional<agent_id> agent_before;
    if (page.before) {
        policy_before = page.before->policy;
        agent_before = page.before->agent;
    }
    std::optional<std::string_view> state;
    if (filter.state) state = name_of(*filter.state);
    auto rows =
        co_await pool_.exec(sql::freshness_list, pg::bind(tenant, std::int32_t{page.limit + 1}, policy_before,
                                                          agent_before, state, filter.policy, filter.agent));
    if (!rows) co_return std::move(rows).error();
    std::vector<freshness> found;
    for (const pg::row row : *rows) found.push_back(read_freshness(row));
    co_return make_page(std::move(found), page.limit, [](const freshness& f) {
        return freshness_key{f.policy, f.agent};
    });
}

} // namespace holdfast::db
