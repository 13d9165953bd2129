// Making tasks: many requests in one statement, each all or nothing.
#include "db/audit_notes.hpp"
#include "db/rows_of_task.hpp"
#include "db/sql.hpp"
#include "db/task_store.hpp"

#include <boost/json.hpp>
#include <boost/unordered/unordered_flat_map.hpp>

#include <algorithm>
#include <span>

namespace holdfast::db {
namespace {

constexpr std::size_t ids_noted_max = 20; // of one request's tasks, in its audit entry

std::optional<pg::jsonb> as_array(const std::optional<std::vector<std::string>>& paths) {
    if (!paths) return std::nullopt;
    return pg::jsonb{boost::json::serialize(boost::json::value_from(*paths))};
}

// The orders of several requests as one statement's arrays, and its rows as each request's answer.
class making {
public:
    void add(const task_orders& wanted) {
        first_.push_back(tasks_.size());
        for (const task_order& o : wanted.orders) {
            tasks_.push_back(task_id::make());
            agents_.push_back(o.agent);
            policies_.push_back(o.policy);
            types_.emplace_back(name_of(o.type));
            scheduled_.push_back(o.scheduled_for);
            attempts_.emplace_back(o.max_attempts);
            repositories_.push_back(o.repository);
            includes_.push_back(as_array(o.include_paths));
            excludes_.push_back(as_array(o.exclude_paths));
            retentions_.push_back(as_jsonb(o.retention));
            params_.push_back(as_jsonb(o.execution_params));
            by_.push_back(as_jsonb(wanted.by));
            requests_.push_back(static_cast<std::int32_t>(first_.size()));
        }
        note(wanted);
    }

    // With a key: only if it was claimed for these tasks.
    [[nodiscard]] pg::params bind(tenant_id tenant, const std::optional<std::string>& key = {}) const {
        return pg::bind(tenant, tasks_, agents_, policies_, types_, scheduled_, attempts_, repositories_,
                        includes_, excludes_, retentions_, params_, requests_, by_, notes_.as_jsonb(), key);
    }

    [[nodiscard]] const std::vector<task_id>& ids() const { return tasks_; }

    void read(const pg::rows& rows) {
        for (const pg::row row : rows) rows_.emplace(row.get<task_id>(0), row);
    }

    // What request number i (from 0, of so many orders) comes to.
    [[nodiscard]] result<std::vector<task>> answer(std::size_t i, std::size_t orders) const {
        std::vector<field_error> missing;
        std::vector<task> made;
        for (std::size_t n = 0; n < orders; ++n) {
            const auto found = rows_.find(tasks_[first_[i] + n]);
            if (found == rows_.end()) continue;
            const pg::row& row = found->second;
            if (!row.is_null(1)) {
                made.push_back(read_task(row));
                continue;
            }
            const std::string at = orders == 1 ? "" : "/tasks/" + std::to_string(n);
            if (row.get<bool>(task_columns)) missing.push_back({at + "/agentId", "there is no such agent"});
            if (row.get<bool>(task_columns + 1))
                missing.push_back({at + "/policyId", "there is no such policy"});
        }
        if (missing.empty() && made.size() == orders) return made;
        return failure{errc::not_found,
                       missing.empty() ? "an agent or a policy is gone"
                                       : missing.front().pointer.substr(1) + ": " + missing.front().detail}
            .with(std::move(missing));
    }

private:
    void note(const task_orders& wanted) {
        const std::span made = std::span(tasks_).subspan(first_.back());
        boost::json::array ids;
        for (const task_id& id : made.first(std::min(made.size(), ids_noted_max)))
            ids.emplace_back(to_string(id));
        boost::json::object details{{"count", made.size()}, {"taskIds", std::move(ids)}};
        const auto request = static_cast<int>(first_.size());
        if (wanted.run_of) {
            details.emplace("taskType", name_of(wanted.orders.front().type));
            notes_.add(wanted.by, audit_action::policy_run, wanted.run_of->value, std::move(details),
                       request);
        } else {
            const auto subject = made.size() == 1 ? std::optional(made.front().value) : std::nullopt;
            notes_.add(wanted.by, audit_action::task_create, subject, std::move(details), request);
        }
    }

    std::vector<std::size_t> first_;
    std::vector<task_id> tasks_;
    std::vector<agent_id> agents_;
    std::vector<policy_id> policies_;
    std::vector<std::string> types_;
    std::vector<std::optional<instant>> scheduled_;
    std::vector<std::optional<std::int32_t>> attempts_;
    std::vector<std::optional<std::string>> repositories_;
    std::vector<std::optional<pg::jsonb>> includes_;
    std::vector<std::optional<pg::jsonb>> excludes_;
    std::vector<std::optional<pg::jsonb>> retentions_;
    std::vector<std::optional<pg::jsonb>> params_;
    std::vector<std::int32_t> requests_;
    std::vector<pg::jsonb> by_;
    audit_notes notes_;
    boost::unordered_flat_map<task_id, pg::row, id_hash> rows_;
};

std::string as_text(const pg::bytes& given) {
    return {given.data.begin(), given.data.end()};
}

pg::bytes as_bytes(const std::string& given) {
    return {{given.begin(), given.end()}};
}

} // namespace

awaitable<result<created_tasks>> pg_task_store::create(tenant_id tenant, task_orders wanted) {
    if (wanted.once) {
        auto made_once = co_await create_once(tenant, std::move(wanted));
        co_return made_once;
    }
    creation asked{tenant, std::move(wanted)};
    auto made = co_await creations_.submit(std::move(asked));
    if (!made) co_return std::move(made).error();
    co_return created_tasks{std::move(*made), false};
}

awaitable<result<void>> pg_task_store::send_creations(std::span<creations::call* const> calls) {
    making all;
    for (const auto* c : calls) all.add(c->request.wanted);
    auto rows = co_await pool_.exec(sql::tasks_create, all.bind(calls.front()->request.tenant));
    if (!rows) co_return std::move(rows).error();
    all.read(*rows);
    for (std::size_t i = 0; i < calls.size(); ++i)
        calls[i]->answer.emplace(all.answer(i, calls[i]->request.wanted.orders.size()));
    co_return done;
}

// The claim, the tasks if it is ours, and its end if there are none: one transaction in one round trip.
// Whoever claims the same key meanwhile waits for it.
awaitable<result<created_tasks>> pg_task_store::create_once(tenant_id tenant, task_orders wanted) {
    idempotency once = std::move(*wanted.once);
    making one;
    one.add(wanted);
    std::vector<pg::command> commands;
    commands.push_back(
        {sql::idempotency_claim, pg::bind(tenant, once.key, as_bytes(once.digest), one.ids())});
    commands.push_back({sql::tasks_create, one.bind(tenant, once.key)});
    commands.push_back({sql::idempotency_free, pg::bind(tenant, once.key, one.ids())});
    auto sent = co_await pool_.exec_all(std::move(commands));
    if (!sent) co_return std::move(sent).error();
    if (sent->front().affected() == 0) {
        auto before = co_await repeat_of(tenant, std::move(once));
        co_return before;
    }
    one.read(sent->at(1));
    auto made = one.answer(0, wanted.orders.size());
    if (!made) co_return std::move(made).error();
    co_return created_tasks{std::move(*made), false};
}

awaitable<result<created_tasks>> pg_task_store::repeat_of(tenant_id tenant, idempotency once) {
    auto rows = co_await pool_.exec(sql::idempotency_find, pg::bind(tenant, once.key));
    if (!rows) co_return std::move(rows).error();
    if (rows->empty()) co_return failure{errc::unavailable, "the idempotency key has just gone; try again"};
    if (as_text(rows->front().get<pg::bytes>(0)) != once.digest)
        co_return failure{errc::conflict, "Idempotency-Key: it was used for another request"};
    const auto ids = rows->front().get<std::vector<task_id>>(1);
    auto found = co_await pool_.exec(sql::tasks_many, pg::bind(tenant, ids));
    if (!found) co_return std::move(found).error();
    boost::unordered_flat_map<task_id, task, id_hash> by_id;
    for (const pg::row row : *found) by_id.emplace(row.get<task_id>(0), read_task(row));
    std::vector<task> tasks;
    for (const task_id& id : ids)
        if (const auto at = by_id.find(id); at != by_id.end()) tasks.push_back(at->second);
    co_return created_tasks{std::move(tasks), true};
}

} // namespace holdfast::db
