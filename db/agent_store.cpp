#include "db/agent_store.hpp"

#include "db/audit_notes.hpp"
#include "db/rows_of_task.hpp"
#include "db/sql.hpp"

#include <boost/json/parse.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include <algorithm>

namespace holdfast::db {
namespace {

constexpr int control_columns = 8;

agent_control read_control(const pg::row& row, int first) {
    agent_control s;
    s.limits = {row.get<std::optional<std::int32_t>>(first), row.get<std::optional<std::int32_t>>(first + 1),
                row.get<std::optional<std::int32_t>>(first + 2),
                row.get<std::optional<std::int32_t>>(first + 3)};
    if (row.get<bool>(first + 7))
        s.pause = agent_pause{row.get<instant>(first + 4), row.get<std::optional<instant>>(first + 5),
                              row.get<std::optional<std::string>>(first + 6)};
    return s;
}

pg::params bind_control(tenant_id tenant, agent_id agent, const agent_control& s) {
    std::optional<instant> since;
    std::optional<instant> until;
    std::optional<std::string> note;
    if (s.pause) {
        since = s.pause->since;
        until = s.pause->until;
        note = s.pause->note;
    }
    return pg::bind(tenant, agent, s.limits.tasks, s.limits.backups, s.limits.checks, s.limits.prunes, since,
                    until, note);
}

constexpr int agent_columns = 16 + control_columns;

agent read_agent(const pg::row& row) {
    agent a;
    a.id = row.get<agent_id>(0);
    a.hostname = row.get<std::string>(1);
    a.details = {row.get<std::string>(2), row.get<std::string>(3), row.get<std::string>(4),
                 row.get<std::string>(5), read_document(row, 6)};
    a.registered_at = row.get<instant>(7);
    a.updated_at = row.get<instant>(8);
    a.control = read_control(row, 9);
    constexpr int next = 9 + control_columns;
    a.last_seen_at = row.get<std::optional<instant>>(next);
    a.online = row.get<bool>(next + 1);
    a.uptime_seconds = row.get<std::optional<std::int64_t>>(next + 2);
    a.last_backup_status = row.get<std::optional<std::string>>(next + 3);
    a.disks = read_document(row, next + 4);
    a.tasks_running = static_cast<int>(row.get<std::int64_t>(next + 5));
    a.duplicate_identity = row.get<bool>(next + 6);
    return a;
}

// Of agents_get.
agent read_one(const pg::row& row) {
    agent a = read_agent(row);
    a.running = row.get<std::vector<task_id>>(agent_columns);
    return a;
}

registered read_registered(const pg::row& row, int first, registration given, bool created) {
    registered out;
    out.who.id = row.get<agent_id>(first);
    out.who.hostname = std::move(given.hostname);
    out.who.details = std::move(given.details);
    out.who.registered_at = row.get<instant>(first + 1);
    out.who.updated_at = row.get<instant>(first + 2);
    out.who.online = true;
    out.created = created;
    return out;
}

// When an agent was last heard of is told in seconds.
constexpr std::chrono::milliseconds between_contacts{1000};

failure no_such_agent() {
    return failure{errc::not_found, "there is no such agent"};
}

failure hostname_taken(const std::string& hostname) {
    return failure{errc::name_taken, "hostname: " + hostname + " is the name of another agent"};
}

} // namespace

pg_agent_store::pg_agent_store(executor where, pg::pool& pool, const timing& times)
    : pool_(pool),
      times_(times),
      beats_(
          where, {}, [](const beating& b) { return b.tenant; },
          [this](auto calls) { return send_beats(calls); }),
      touches_(
          where, {.distance = between_contacts}, [](const contact& c) { return c.tenant; },
          [this](auto calls) { return send_touches(calls); }) {}

void pg_agent_store::close() {
    beats_.close();
    touches_.close();
}

awaitable<result<registered>> pg_agent_store::enroll(identity by, registration wanted,
                                                     std::string token_hash) {
    const agent_details& d = wanted.details;
    const pg::bytes hash{{token_hash.begin(), token_hash.end()}};
    auto rows = co_await pool_.exec(
        sql::agents_enroll, pg::bind(by.tenant, agent_id::make(), wanted.hostname, d.os, d.arch, d.version,
                                     d.ip, as_jsonb(d.metadata), by.token, token_id::make(), hash));
    if (!rows) co_return std::move(rows).error();
    const pg::row row = rows->front();
    if (!row.get<bool>(0)) co_return failure{errc::unauthorized, "the enroll token is used up"};
    if (!row.get<std::optional<agent_id>>(1)) co_return hostname_taken(wanted.hostname);
    co_return read_registered(row, 1, std::move(wanted), true);
}

awaitable<result<registered>> pg_agent_store::register_(identity by, registration wanted) {
    const agent_details& d = wanted.details;
    std::optional<token_id> fleet;
    if (by.kind == token_kind::fleet) fleet = by.token;
    const pg::jsonb note = audit_note(wanted.by, audit_action::agent_register, std::nullopt, {});
    auto rows = co_await pool_.exec(sql::agents_register,
                                    pg::bind(by.tenant, agent_id::make(), wanted.hostname, d.os, d.arch,
                                             d.version, d.ip, as_jsonb(d.metadata), fleet, note));
    if (!rows) co_return std::move(rows).error();
    if (rows->empty()) co_return hostname_taken(wanted.hostname);
    const bool created = rows->front().get<bool>(3);
    co_return read_registered(rows->front(), 0, std::move(wanted), created);
}

awaitable<result<registered>> pg_agent_store::register_again(identity by, registration wanted) {
    const agent_details& d = wanted.details;
    auto rows = co_await pool_.exec(
        sql::agents_register_again,
        pg::bind(by.tenant, by.agent, wanted.hostname, d.os, d.arch, d.version, d.ip, as_jsonb(d.metadata)));
    if (!rows) co_return std::move(rows).error();
    if (rows->empty())
        co_return failure{errc::forbidden, "hostname: an agent's own token registers its own hostname only"};
    const contact met{by.tenant, rows->front().get<agent_id>(0)};
    auto touched = co_await touches_.submit(met);
    if (!touched) co_return std::move(touched).error();
    co_return read_registered(rows->front(), 0, std::move(wanted), false);
}

awaitable<result<bool>> pg_agent_store::is_member(tenant_id tenant, token_id fleet, agent_id agent) {
    auto rows = co_await pool_.exec(sql::fleet_is_member, pg::bind(tenant, fleet, agent));
    if (!rows) co_return std::move(rows).error();
    co_return !rows->empty();
}

awaitable<result<bool>> pg_agent_store::exists(tenant_id tenant, agent_id agent) {
    auto rows = co_await pool_.exec(sql::agents_exists, pg::bind(tenant, agent));
    if (!rows) co_return std::move(rows).error();
    co_return !rows->empty();
}

awaitable<result<std::vector<task_id>>> pg_agent_store::beat(tenant_id tenant, heartbeat beat) {
    return beats_.submit({tenant, std::move(beat)});
}

awaitable<result<void>> pg_agent_store::touch(tenant_id tenant, agent_id agent) {
    const contact met{tenant, agent};
    auto touched = co_await touches_.submit(met, pg::urgency::may_gather);
    if (!touched) co_return std::move(touched).error();
    co_return done;
}

awaitable<result<void>> pg_agent_store::send_beats(std::span<beats::call* const> calls) {
    std::vector<agent_id> agents;
    std::vector<std::optional<std::int64_t>> uptimes;
    std::vector<std::optional<std::string>> backups;
    std::vector<std::optional<pg::jsonb>> disks;
    std::vector<std::string> oses;
    std::vector<std::string> archs;
    std::vector<std::string> versions;
    std::vector<agent_id> all_of;
    std::vector<agent_id> owners;
    std::vector<task_id> running;
    boost::unordered_flat_set<agent_id, id_hash> met;
    std::vector<pg::batcher<beating, std::vector<task_id>>::call*>
        taken; // an agent that beats twice in one batch: the second goes with the next
    for (beats::call* c : calls) {
        const heartbeat& b = c->request.beat;
        if (!met.insert(b.agent).second) continue;
        taken.push_back(c);
        agents.push_back(b.agent);
        uptimes.push_back(b.uptime_seconds);
        backups.push_back(b.last_backup_status);
        disks.push_back(as_jsonb(b.disks));
        oses.push_back(b.details.os);
        archs.push_back(b.details.arch);
        versions.push_back(b.details.version);
        if (!b.running_tasks)
            all_of.push_back(b.agent);
        else
            for (const task_id& t : *b.running_tasks) {
                owners.push_back(b.agent);
                running.push_back(t);
            }
    }
    const tenant_id tenant = calls.front()->request.tenant;
    std::vector<pg::command> commands;
    commands.push_back({sql::agents_contact, pg::bind(tenant, agents, uptimes, backups, disks)});
    commands.push_back({sql::agents_details, pg::bind(tenant, agents, oses, archs, versions)});
    commands.push_back(
        {sql::agents_renew_leases,
         pg::bind(tenant, all_of, owners, running, static_cast<std::int32_t>(times_.run_lease.count()))});
    commands.push_back({sql::tasks_to_stop, pg::bind(tenant, all_of, owners, running)});
    auto sent = co_await pool_.exec_all(std::move(commands));
    if (!sent) co_return std::move(sent).error();
    boost::unordered_flat_map<agent_id, std::vector<task_id>, id_hash> to_stop;
    for (const pg::row row : sent->back()) to_stop[row.get<agent_id>(0)].push_back(row.get<task_id>(1));
    for (beats::call* c : taken) c->answer.emplace(std::move(to_stop[c->request.beat.agent]));
    co_return done;
}

awaitable<result<void>> pg_agent_store::send_touches(std::span<touches::call* const> calls) {
    std::vector<agent_id> agents;
    for (const auto* c : calls) agents.push_back(c->request.agent);
    std::sort(agents.begin(), agents.end());
    agents.erase(std::unique(agents.begin(), agents.end()), agents.end());
    auto rows = co_await pool_.exec(sql::agents_touch, pg::bind(calls.front()->request.tenant, agents));
    if (!rows) co_return std::move(rows).error();
    for (auto* c : calls) c->answer.emplace(true);
    co_return done;
}

awaitable<result<agent>> pg_agent_store::get(tenant_id tenant, agent_id agent) {
    auto rows = co_await pool_.exec(sql::agents_get, pg::bind(tenant, silence(), agent));
    if (!rows) co_return std::move(rows).error();
    if (rows->empty()) co_return no_such_agent();
    co_return read_one(rows->front());
}

awaitable<result<std::vector<agent>>> pg_agent_store::get_all(tenant_id tenant, std::vector<agent_id> ids) {
    auto rows = co_await pool_.exec(sql::agents_get_all, pg::bind(tenant, silence(), ids));
    if (!rows) co_return std::move(rows).error();
    std::vector<agent> found;
    for (const pg::row row : *rows) found.push_back(read_agent(row));
    co_return found;
}

awaitable<result<page<agent>>> pg_agent_store::list(tenant_id tenant, agent_filter filter,
                                                    page_request page) {
    auto rows = co_await pool_.exec(sql::agents_list,
                                    pg::bind(tenant, silence(), page.before, std::int32_t{page.limit + 1},
                                             filter.online, filter.paused, filter.hostname));
    if (!rows) co_return std::move(rows).error();
    std::vector<agent> found;
    for (const pg::row row : *rows) found.push_back(read_agent(row));
    co_return make_page(std::move(found), page.limit, [](const agent& a) { return a.id.value; });
}

awaitable<result<agent>> pg_agent_store::change(tenant_id tenant, agent_id agent, agent_change wanted,
                                                origin by) {
    auto begun = co_await pool_.begin();
    if (!begun) co_return std::move(begun).error();
    auto found = co_await begun->exec(sql::agents_lock, pg::bind(tenant, agent));
    if (!found) co_return std::move(found).error();
    if (found->empty()) co_return no_such_agent();
    const pg::row row = found->front();
    const agent_control before = read_control(row, 1);
    auto control = apply(wanted, before, row.get<instant>(0));
    if (!control) co_return std::move(control).error();
    if (*control != before) {
        const pg::jsonb note = audit_note(by, audit_action::agent_change, agent.value,
                                          boost::json::parse(wanted.asked.text).as_object());
        auto noted = co_await begun->exec(sql::audit_add, pg::bind(tenant, note));
        if (!noted) co_return std::move(noted).error();
    }
    auto set = co_await begun->exec(sql::agents_configure, bind_control(tenant, agent, *control));
    if (!set) co_return std::move(set).error();
    auto now = co_await begun->exec(sql::agents_get, pg::bind(tenant, silence(), agent));
    if (!now) co_return std::move(now).error();
    auto committed = co_await begun->commit();
    if (!committed) co_return std::move(committed).error();
    co_return read_one(now->front());
}

awaitable<result<removal>> pg_agent_store::remove(tenant_id tenant, agent_id agent, bool cancel, origin by) {
    const pg::jsonb note = audit_note(by, audit_action::agent_delete, agent.value, {{"force", cancel}});
    std::vector<pg::command> commands;
    commands.push_back({sql::agents_lock, pg::bind(tenant, agent)});
    if (cancel) commands.push_back({sql::agents_cancel_tasks, pg::bind(tenant, agent, as_jsonb(by))});
    commands.push_back({sql::agents_delete, pg::bind(tenant, agent, note)});
    auto sent = co_await pool_.exec_all(std::move(commands));
    if (!sent) co_return std::move(sent).error();
    if (sent->front().empty()) co_return no_such_agent();
    if (sent->back().empty())
        co_return failure{errc::conflict, "the agent has open tasks; force=true cancels them"};
    removal done;
    if (cancel) {
        for (const pg::row row : sent->at(1)) {
            done.cancelled.push_back(row.get<task_id>(0));
            add_agents(row, 1, done.freed_for);
        }
    }
    co_return done;
}

} // namespace holdfast::db
