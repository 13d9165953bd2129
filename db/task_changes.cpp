// What agents change: acknowledge, progress, finish, release. Each statement answers a row for each task that
// is the agent's: whether it changed, and how it stood. And what operators do: cancel, retry.
#include "db/audit_notes.hpp"
#include "db/rows_of_task.hpp"
#include "db/sql.hpp"
#include "db/task_store.hpp"

namespace holdfast::db {
namespace {

struct change_row {
    bool changed = false;
    standing found;
    std::optional<instant> at;
    std::optional<instant> again_at;
    std::vector<agent_id> freed_for;
};

// By the caller's place in the batch; nothing: there is no such task.
std::vector<std::optional<change_row>> read_changes(const pg::rows& rows, std::size_t calls,
                                                    bool with_waiters = false) {
    std::vector<std::optional<change_row>> out(calls);
    for (const pg::row row : rows) {
        change_row r;
        r.changed = row.get<bool>(1);
        r.found.state = task_state_from(row.get<std::string_view>(2)).value();
        r.found.attempt = row.get<std::int32_t>(3);
        r.found.last_attempt_failed = row.get<bool>(4);
        r.at = row.get<std::optional<instant>>(5);
        r.again_at = row.get<std::optional<instant>>(6);
        if (with_waiters) add_agents(row, 7, r.freed_for);
        out.at(static_cast<std::size_t>(row.get<std::int64_t>(0)) - 1) = std::move(r);
    }
    return out;
}

// A row that could have been changed and was not: somebody changed it since the statement began. Asked again,
// the statement sees how it stands now.
bool overtaken(const change_row& row, std::optional<int> attempt, std::initializer_list<task_state> open) {
    if (row.changed || (attempt && *attempt != row.found.attempt)) return false;
    return std::find(open.begin(), open.end(), row.found.state) != open.end();
}

result<task_change> settle(const change_row& row, std::optional<failure> refused, task_state becomes) {
    if (row.changed)
        return task_change{false, becomes, row.found.attempt, row.at.value(), row.again_at, row.freed_for};
    if (refused) return std::move(*refused);
    return task_change{true, row.found.state, row.found.attempt, row.at.value_or(instant{}), row.again_at,
                       {}};
}

failure no_such_task() {
    return failure{errc::not_found, "there is no such task"};
}

// Of an operator's statement: the task as it is now, whether that changed it, and if so, whether an agent ran
// it; if not, whether its agent is gone.
result<task_decision> decide(const pg::rows& rows, std::optional<failure> (*refuse)(task_state)) {
    if (rows.empty()) return no_such_task();
    const pg::row row = rows.front();
    task now = read_task(row);
    const bool changed = row.get<bool>(task_columns);
    const bool more = row.get<bool>(task_columns + 1);
    if (changed) {
        task_decision made{std::move(now), false, more};
        add_agents(row, task_columns + 2, made.freed_for);
        return made;
    }
    auto refused = refuse(now.state);
    if (refused) return std::move(*refused);
    if (more) return failure{errc::conflict, "the task's agent was deleted"};
    return task_decision{std::move(now), true};
}

struct keys {
    std::vector<agent_id> agents;
    std::vector<task_id> tasks;
    std::vector<std::optional<std::int32_t>> attempts;
    std::vector<pg::jsonb> by;

    void add(const task_key& key) { add(key.agent, key.task, key.attempt, key.by); }

    void add(agent_id agent, task_id task, std::optional<int> attempt, const origin& who) {
        by.push_back(as_jsonb(who));
        agents.push_back(agent);
        tasks.push_back(task);
        attempts.emplace_back(attempt);
    }
};

} // namespace

awaitable<result<void>> pg_task_store::send_acknowledgements(std::span<acknowledgements::call* const> calls) {
    keys k;
    for (const auto* c : calls) k.add(c->request);
    auto rows = co_await pool_.exec(sql::tasks_acknowledge,
                                    pg::bind(calls.front()->request.tenant, k.agents, k.tasks, k.attempts,
                                             static_cast<std::int32_t>(times_.run_lease.count()), k.by));
    if (!rows) co_return std::move(rows).error();
    const auto changes = read_changes(*rows, calls.size());
    for (std::size_t i = 0; i < calls.size(); ++i) {
        const auto& row = changes[i];
        const auto attempt = calls[i]->request.attempt;
        if (!row)
            calls[i]->answer.emplace(no_such_task());
        else if (!overtaken(*row, attempt, {task_state::assigned}))
            calls[i]->answer.emplace(
                settle(*row, row->changed ? std::nullopt : refuse_acknowledge(row->found, attempt),
                       task_state::in_progress));
    }
    co_return done;
}

awaitable<result<void>> pg_task_store::send_reports(std::span<reports::call* const> calls) {
    keys k;
    std::vector<std::int32_t> good;
    std::vector<std::int32_t> final;
    std::vector<std::optional<std::string>> messages;
    std::vector<std::optional<std::string>> categories;
    std::vector<std::optional<double>> durations;
    std::vector<std::optional<std::string>> snapshots;
    std::vector<std::optional<pg::jsonb>> statistics;
    std::vector<uuid> results;
    std::vector<task_id> logged_tasks;
    std::vector<uuid> logged_results;
    std::vector<std::string_view> logs;
    bool failures = false;
    for (const auto* c : calls) {
        const task_report& r = c->request;
        const bool failed = r.said == outcome::failed;
        failures = failures || failed;
        k.add(r.agent, r.task, r.attempt, r.by);
        good.push_back(failed ? 0 : 1);
        final.push_back(failed && !mended_by_retry(r.category) ? 1 : 0);
        messages.push_back(r.error_message);
        categories.push_back(failed ? std::optional(std::string(name_of(r.category))) : std::nullopt);
        durations.push_back(r.duration_seconds);
        snapshots.push_back(r.snapshot_id);
        statistics.push_back(as_jsonb(r.statistics));
        results.push_back(make_uuid());
        if (!r.log || r.log->empty()) continue;
        logged_tasks.push_back(r.task);
        logged_results.push_back(results.back());
        logs.push_back(*r.log);
    }
    const tenant_id tenant = calls.front()->request.tenant;
    std::vector<pg::command> commands;
    commands.push_back(
        {sql::tasks_finish,
         pg::bind(tenant, k.agents, k.tasks, k.attempts, good, final, messages, categories, durations,
                  snapshots, statistics, results, static_cast<std::int32_t>(times_.retry_base.count()),
                  static_cast<std::int32_t>(times_.retry_cap.count()), k.by)});
    if (failures) commands.push_back({sql::events_of_failures, pg::bind(tenant, k.tasks, results)});
    if (!logs.empty())
        commands.push_back({sql::logs_finish, pg::bind(tenant, logged_tasks, logged_results, logs)});
    auto sent = co_await pool_.exec_all(std::move(commands));
    if (!sent) co_return std::move(sent).error();
    const auto changes = read_changes(sent->front(), calls.size(), true);
    for (std::size_t i = 0; i < calls.size(); ++i) {
        const auto& row = changes[i];
        const task_report& r = calls[i]->request;
        if (!row)
            calls[i]->answer.emplace(no_such_task());
        else if (!overtaken(*row, r.attempt, {task_state::in_progress}))
            calls[i]->answer.emplace(
                settle(*row, row->changed ? std::nullopt : refuse_finish(row->found, r.attempt, r.said),
                       row->found.state));
    }
    co_return done;
}

awaitable<result<void>> pg_task_store::send_progresses(std::span<progresses::call* const> calls) {
    keys k;
    std::vector<pg::jsonb> said;
    for (const auto* c : calls) {
        k.add(c->request.key);
        said.push_back(pg::jsonb{c->request.progress.text});
    }
    auto rows = co_await pool_.exec(sql::tasks_progress,
                                    pg::bind(calls.front()->request.key.tenant, k.agents, k.tasks, k.attempts,
                                             said, static_cast<std::int32_t>(times_.run_lease.count())));
    if (!rows) co_return std::move(rows).error();
    const auto changes = read_changes(*rows, calls.size());
    for (std::size_t i = 0; i < calls.size(); ++i) {
        const auto& row = changes[i];
        const auto attempt = calls[i]->request.key.attempt;
        if (!row)
            calls[i]->answer.emplace(no_such_task());
        else if (!overtaken(*row, attempt, {task_state::in_progress}))
            calls[i]->answer.emplace(
                settle(*row, row->changed ? std::nullopt : refuse_progress(row->found, attempt),
                       task_state::in_progress));
    }
    co_return done;
}

awaitable<result<task_decision>> pg_task_store::cancel(tenant_id tenant, task_id id, origin by) {
    const pg::jsonb note = audit_note(by, audit_action::task_cancel, id.value, {});
    auto rows = co_await pool_.exec(
        sql::tasks_cancel,
        pg::bind(tenant, id, static_cast<std::int32_t>(times_.run_lease.count()), as_jsonb(by), note));
    if (!rows) co_return std::move(rows).error();
    co_return decide(*rows, refuse_cancel);
}

awaitable<result<task_decision>> pg_task_store::retry(tenant_id tenant, task_id id, origin by) {
    const pg::jsonb note = audit_note(by, audit_action::task_retry, id.value, {});
    auto rows = co_await pool_.exec(sql::tasks_retry, pg::bind(tenant, id, as_jsonb(by), note));
    if (!rows) co_return std::move(rows).error();
    co_return decide(*rows, refuse_retry);
}

awaitable<result<void>> pg_task_store::send_releases(std::span<releases::call* const> calls) {
    keys k;
    std::vector<std::string> reasons;
    std::vector<std::int32_t> after;
    for (const auto* c : calls) {
        k.add(c->request.key);
        reasons.push_back(c->request.reason);
        after.push_back(static_cast<std::int32_t>(c->request.retry_after.count()));
    }
    auto rows = co_await pool_.exec(sql::tasks_release, pg::bind(calls.front()->request.key.tenant, k.agents,
                                                                 k.tasks, k.attempts, reasons, after, k.by));
    if (!rows) co_return std::move(rows).error();
    const auto changes = read_changes(*rows, calls.size(), true);
    for (std::size_t i = 0; i < calls.size(); ++i) {
        const auto& row = changes[i];
        const auto attempt = calls[i]->request.key.attempt;
        if (!row)
            calls[i]->answer.emplace(no_such_task());
        else if (!overtaken(*row, attempt, {task_state::assigned, task_state::in_progress}))
            calls[i]->answer.emplace(settle(*row,
                                            row->changed ? std::nullopt : refuse_release(row->found, attempt),
                                            task_state::pending));
    }
    co_return done;
}

} // namespace holdfast::db
