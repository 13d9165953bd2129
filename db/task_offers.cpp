// The atomic assignment, for all polls that look at the same time.
#include "db/rows_of_task.hpp"
#include "db/sql.hpp"
#include "db/task_store.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace holdfast::db {
namespace {

using call = pg::batcher<offer_request, offer_answer>::call;

// One agent of the batch. An agent stands in the statement once: a second scan would meet the rows that the
// first has locked, and SKIP LOCKED doesn't skip one's own.
struct asker {
    offer_request request; // with the sum of the limits
    std::vector<call*> callers;
    std::vector<task> tasks;
    std::optional<std::chrono::microseconds> due_in;
    std::int32_t to_prepare = 0; // bits of the types of which a check or prune is due
    bool at_once = false;        // what it was to get could not be had at that moment

    [[nodiscard]] int room() const { return request.limit - static_cast<int>(tasks.size()); }

    [[nodiscard]] bool unserved() const { return room() > 0 && (to_prepare != 0 || at_once); }
};

// How often one batch asks the database, and how long it leaves alone what it could not have even then:
// somebody else is in the middle of a transaction.
constexpr int rounds_max = 3;
constexpr std::chrono::milliseconds busy_again{5};

// A claim outlives the pause between two looks of its waiting agent.
std::int32_t claim_seconds(const timing& times) {
    return static_cast<std::int32_t>(2 * times.wait_max.count() + 30);
}

bool same_question(const offer_request& a, const offer_request& b) {
    return a.session.empty() && b.session.empty() && a.types == b.types && a.lookahead == b.lookahead;
}

} // namespace

// Calls that can't be asked together with an earlier one of their agent are left out: they go with the next
// batch.
class offer_question {
public:
    explicit offer_question(std::span<call* const> calls) {
        for (call* c : calls) {
            const auto [at, is_new] = index_.try_emplace(c->request.agent, askers_.size());
            if (is_new) {
                askers_.push_back({c->request, {c}, {}, {}});
            } else if (asker& first = askers_[at->second]; same_question(first.request, c->request)) {
                first.request.limit += c->request.limit;
                first.request.will_wait = first.request.will_wait || c->request.will_wait;
                first.callers.push_back(c);
            }
        }
    }

    // Those that are still to be served.
    [[nodiscard]] pg::params bind(const timing& times, std::optional<uuid> barrier) const {
        std::vector<agent_id> agents;
        std::vector<std::int32_t> limits;
        std::vector<std::int32_t> kinds;
        std::vector<std::int32_t> ahead;
        std::vector<std::optional<std::string>> sessions;
        std::vector<poll_id> polls;
        std::vector<std::int32_t> waits;
        std::vector<pg::jsonb> by;
        for (const asker& a : askers_) {
            const offer_request& r = a.request;
            if (barrier && !a.unserved()) continue;
            agents.push_back(r.agent);
            limits.push_back(a.room());
            kinds.push_back(r.types.bits);
            ahead.push_back(static_cast<std::int32_t>(r.lookahead.count()));
            sessions.push_back(r.session.empty() ? std::nullopt : std::optional(r.session));
            polls.push_back(r.poll);
            waits.push_back(r.will_wait ? 1 : 0);
            by.push_back(as_jsonb(r.by));
        }
        return pg::bind(askers_.front().request.tenant, agents, limits, kinds, ahead, sessions, polls, waits,
                        static_cast<std::int32_t>(times.offer_lease.count()), barrier, by);
    }

    [[nodiscard]] pg::params bind_prepare(const timing& times, uuid barrier) const {
        std::vector<agent_id> agents;
        std::vector<std::int32_t> kinds;
        std::vector<std::int32_t> ahead;
        for (const asker& a : askers_) {
            if (a.to_prepare == 0) continue;
            agents.push_back(a.request.agent);
            kinds.push_back(a.to_prepare);
            ahead.push_back(static_cast<std::int32_t>(a.request.lookahead.count()));
        }
        return pg::bind(askers_.front().request.tenant, agents, kinds, ahead, barrier, claim_seconds(times));
    }

    [[nodiscard]] bool any_to_prepare() const {
        return std::any_of(askers_.begin(), askers_.end(), [](const asker& a) { return a.to_prepare != 0; });
    }

    [[nodiscard]] bool any_at_once() const {
        return std::any_of(askers_.begin(), askers_.end(),
                           [](const asker& a) { return a.room() > 0 && a.at_once; });
    }

    void read(const pg::rows& rows) {
        for (asker& a : askers_) {
            a.to_prepare = 0;
            a.at_once = false;
        }
        unknown_.clear();
        for (const pg::row row : rows) {
            asker& a = askers_[index_.at(row.get<agent_id>(task_columns))];
            if (!row.is_null(0)) {
                a.tasks.push_back(read_task(row));
                continue;
            }
            a.due_in.reset();
            if (const auto due = row.get<std::optional<std::int64_t>>(task_columns + 1))
                a.due_in = std::chrono::microseconds{*due};
            a.to_prepare = row.get<std::int32_t>(task_columns + 2);
            a.at_once = row.get<bool>(task_columns + 3);
            const auto keys = row.get<std::vector<std::int64_t>>(task_columns + 4);
            unknown_.insert(keys.begin(), keys.end());
        }
    }

    void try_later() {
        for (asker& a : askers_) a.at_once = a.unserved();
    }

    void look_again_soon() {
        for (asker& a : askers_)
            if (a.tasks.empty() && a.at_once) a.due_in = busy_again;
    }

    void answer() {
        for (asker& a : askers_) {
            std::sort(a.tasks.begin(), a.tasks.end(), [](const task& x, const task& y) {
                return std::tuple(x.scheduled_for.value_or(x.created_at), x.created_at, x.id) <
                       std::tuple(y.scheduled_for.value_or(y.created_at), y.created_at, y.id);
            });
            auto next = a.tasks.begin();
            for (call* c : a.callers) {
                offer_answer mine{{}, a.request.poll, a.due_in};
                for (int i = 0; i < c->request.limit && next != a.tasks.end(); ++i)
                    mine.tasks.push_back(std::move(*next++));
                c->answer.emplace(std::move(mine));
            }
        }
    }

    [[nodiscard]] tenant_id tenant() const { return askers_.front().request.tenant; }

    // Of repositories that nobody knows yet.
    [[nodiscard]] std::vector<std::int64_t> unknown() const { return {unknown_.begin(), unknown_.end()}; }

private:
    std::vector<asker> askers_;
    std::set<std::int64_t> unknown_;
    boost::unordered_flat_map<agent_id, std::size_t, id_hash> index_;
};

awaitable<result<void>> pg_task_store::ask_again(offer_question& asked) {
    std::vector<std::int64_t> unknown = asked.unknown();
    if (!unknown.empty()) {
        auto added = co_await pool_.exec(sql::repositories_add, pg::bind(asked.tenant(), unknown));
        if (!added) co_return std::move(added).error();
    }
    const uuid barrier = make_uuid();
    std::vector<pg::command> commands;
    commands.push_back({sql::tasks_prepare, asked.bind_prepare(times_, barrier)});
    commands.push_back({sql::tasks_offer, asked.bind(times_, barrier)});
    auto sent = co_await pool_.exec_all(std::move(commands));
    if (!sent) co_return std::move(sent).error();
    asked.read(sent->back());
    co_return done;
}

awaitable<result<void>> pg_task_store::send_offers(std::span<offers::call* const> calls) {
    offer_question asked(calls);
    auto rows = co_await pool_.exec(sql::tasks_offer, asked.bind(times_, std::nullopt));
    if (!rows) co_return std::move(rows).error();
    asked.read(*rows);
    bool again = asked.any_to_prepare() || asked.any_at_once();
    for (int round = 1; round < rounds_max && again; ++round) {
        auto asked_again = co_await ask_again(asked);
        if (!asked_again) asked.try_later(); // what was assigned before is committed
        again = asked_again && asked.any_at_once();
    }
    asked.look_again_soon();
    asked.answer();
    co_return done;
}

// Of several polls of one session in a batch the last is the newest; the earlier ones are answered with it.
awaitable<result<void>> pg_task_store::send_openings(std::span<openings::call* const> calls) {
    std::map<std::pair<agent_id, std::string>, std::vector<openings::call*>> groups;
    for (openings::call* c : calls) groups[{c->request.agent, c->request.session}].push_back(c);
    std::vector<agent_id> agents;
    std::vector<std::string> sessions;
    std::vector<poll_id> polls;
    std::vector<std::string> addresses;
    std::vector<const std::vector<openings::call*>*> order;
    for (const auto& [name, group] : groups) {
        agents.push_back(name.first);
        sessions.push_back(name.second);
        polls.push_back(group.back()->request.poll);
        addresses.push_back(group.back()->request.address);
        order.push_back(&group);
    }
    auto rows = co_await pool_.exec(
        sql::sessions_open, pg::bind(calls.front()->request.tenant, agents, sessions, polls, addresses));
    if (!rows) co_return std::move(rows).error();
    for (const pg::row row : *rows) {
        const auto n = static_cast<std::size_t>(row.get<std::int64_t>(0));
        for (openings::call* c : *order.at(n - 1)) c->answer.emplace(row.get<bool>(1));
    }
    for (openings::call* c : calls)
        if (!c->answer) c->answer.emplace(failure{errc::not_found, "there is no such agent"});
    co_return done;
}

} // namespace holdfast::db
