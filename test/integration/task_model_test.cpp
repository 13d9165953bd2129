// Random histories of tasks on the real store, and beside them a model: the table of domain/task_rules and
// the few rules of attempts, failures and sessions. After every step both must agree about every task.
#include "db/housekeeping_store.hpp"
#include "db/task_store.hpp"
#include "test/support/schema.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <deque>
#include <iostream>
#include <map>
#include <random>
#include <set>
#include <tuple>

using namespace holdfast;
using enum task_state;

namespace {

constexpr int default_steps = 4000;
constexpr std::size_t live_tasks = 6;
constexpr std::string_view tenant_text = "00000000-0000-7000-8000-000000000001";

constexpr instant far_away = std::chrono::sys_days{std::chrono::year{2999} / 1 / 1};

unsigned long number_from_environment(const char* name, unsigned long otherwise) {
    const char* set = std::getenv(name);
    return set == nullptr ? otherwise : std::strtoul(set, nullptr, 10);
}

struct modelled {
    holdfast::task task; // state, attempt, failures, max_attempts; and what never changes
    bool last_attempt_failed = false;
    bool delayed = false;   // it has a not_before …
    bool held_back = false; // … that is far away
    std::string session;
    poll_id poll;
    bool seen_before = false;      // the present offer's attempt was in an earlier answer
    std::optional<int> over_since; // the lease is over, and nobody has looked yet; in the order of their ends

    [[nodiscard]] auto order() const {
        return std::tuple(task.scheduled_for.value_or(task.created_at), task.created_at, task.id);
    }

    void be_delayed(bool far) {
        delayed = true;
        held_back = far;
    }

    void be_due() { delayed = held_back = false; }

    void leave_the_agent() {
        session.clear();
        over_since.reset();
    }
};

// What the store is to answer to a change.
struct expected {
    std::optional<errc> refused;
    bool repeated = false;
    task_state state = pending;
    int attempt = 0;
};

std::string words_of(const expected& e) {
    if (e.refused) return "refused " + std::to_string(static_cast<int>(*e.refused));
    return (e.repeated ? "repeated " : "done ") + std::string(name_of(e.state)) + " " +
           std::to_string(e.attempt);
}

expected found(const result<task_decision>& r) {
    if (!r) return {r.error().code(), false, pending, 0};
    return {std::nullopt, r->repeated, r->now.state, r->now.attempt};
}

expected found(const result<task_change>& r) {
    if (!r) return {r.error().code(), false, pending, 0};
    return {std::nullopt, r->repeated, r->state, r->attempt};
}

struct request {
    enum class kind : std::uint8_t {
        acknowledge,
        finish,
        release,
        progress,
        cancel,
        retry
    } what = kind::acknowledge;
    agent_id agent;
    task_id task;
    std::optional<int> attempt;
    outcome said = outcome::completed;
    error_category category = error_category::unknown;
    int retry_after = 0;
};

class model {
public:
    std::map<task_id, modelled> tasks;
    std::map<std::pair<agent_id, std::string>, poll_id> newest_poll;
    std::set<std::tuple<task_state, task_event, task_state>> taken;

    // False: the state does not allow it, and nothing is changed.
    bool step(modelled& t, task_event event) {
        const auto to = next_state(t.task, event);
        if (!to) return false;
        taken.emplace(t.task.state, event, *to);
        t.task.state = *to;
        return true;
    }

    std::vector<task_id> offer(const offer_request& r) {
        std::vector<task_id> out;
        const auto newest = newest_poll.find({r.agent, r.session});
        if (!r.session.empty() && newest != newest_poll.end() && newest->second != r.poll) return out;
        const auto give = [&](task_event event, auto&& wanted) {
            for (modelled* t : in_order(r)) {
                if (static_cast<int>(out.size()) == r.limit) return;
                if (!wanted(*t) || !step(*t, event)) continue;
                if (event == task_event::offer) ++t->task.attempt;
                t->leave_the_agent();
                t->be_due();
                t->session = r.session;
                t->poll = r.poll;
                t->seen_before = event == task_event::offer_again;
                out.push_back(t->task.id);
            }
        };
        if (!r.session.empty())
            give(task_event::offer_again, [&r](const modelled& t) {
                return t.session == r.session && t.poll != r.poll && t.task.state == assigned;
            });
        give(task_event::offer, [&r](const modelled& t) {
            return !t.held_back && (r.lookahead == lookahead_all || t.task.scheduled_for != far_away);
        });
        std::sort(out.begin(), out.end(), [this](const task_id& a, const task_id& b) {
            return tasks.at(a).order() < tasks.at(b).order();
        });
        return out;
    }

    int give_back(poll_id poll, const std::vector<task_id>& which) {
        int count = 0;
        for (const task_id& id : which) {
            modelled& t = tasks.at(id);
            if (t.poll != poll || !step(t, task_event::give_back)) continue;
            if (!t.seen_before) --t.task.attempt;
            t.leave_the_agent();
            ++count;
        }
        return count;
    }

    expected ask(const request& r) {
        modelled& t = tasks.at(r.task);
        const bool by_operator = r.what == request::kind::cancel || r.what == request::kind::retry;
        if (!by_operator && t.task.agent != r.agent) return {errc::not_found};
        switch (r.what) {
        case request::kind::acknowledge: return acknowledge(t, r);
        case request::kind::finish: return finish(t, r);
        case request::kind::progress: return progress(t, r);
        case request::kind::cancel: return cancel(t);
        case request::kind::retry: return retry(t);
        case request::kind::release: break;
        }
        return release(t, r);
    }

    // The tasks of one sweep.
    std::vector<task_id> end_leases(int limit) {
        std::vector<modelled*> over;
        for (auto& [id, t] : tasks)
            if (t.over_since) over.push_back(&t);
        std::sort(over.begin(), over.end(), [](auto* a, auto* b) { return a->over_since < b->over_since; });
        over.resize(std::min(over.size(), static_cast<std::size_t>(limit)));
        std::vector<task_id> out;
        for (modelled* t : over) {
            const bool ran = t->task.state == in_progress;
            step(*t, ran ? task_event::run_lapsed : task_event::offer_lapsed);
            t->task.failures += ran ? 1 : 0;
            if (ran && t->task.state == pending) t->be_delayed(false);
            t->last_attempt_failed = false; // it was nothing that the agent reported
            t->leave_the_agent();
            out.push_back(t->task.id);
        }
        return out;
    }

private:
    std::vector<modelled*> in_order(const offer_request& r) {
        std::vector<modelled*> out;
        for (auto& [id, t] : tasks)
            if (t.task.agent == r.agent && r.types.contains(t.task.type)) out.push_back(&t);
        std::sort(out.begin(), out.end(), [](auto* a, auto* b) { return a->order() < b->order(); });
        return out;
    }

    static bool is_present(const modelled& t, const request& r) {
        return !r.attempt || *r.attempt == t.task.attempt;
    }

    expected acknowledge(modelled& t, const request& r) {
        if (!is_present(t, r)) return {errc::lease_lost};
        if (t.task.state == in_progress) return {std::nullopt, true, in_progress, t.task.attempt};
        if (!step(t, task_event::acknowledge)) return {errc::conflict};
        t.over_since.reset();
        return {std::nullopt, false, in_progress, t.task.attempt};
    }

    expected finish(modelled& t, const request& r) {
        if (!is_present(t, r)) return {errc::lease_lost};
        const bool failed_now = r.said == outcome::failed;
        const task_event event = !failed_now                                ? task_event::succeed
                                 : r.category == error_category::permission ? task_event::fail_for_good
                                                                            : task_event::fail;
        if (step(t, event)) {
            t.task.failures += failed_now ? 1 : 0;
            t.last_attempt_failed = failed_now;
            if (t.task.state == pending) t.be_delayed(false);
            t.leave_the_agent();
            return {std::nullopt, false, t.task.state, t.task.attempt};
        }
        const bool completed_before = t.task.state == completed && !failed_now;
        const bool failed_before =
            (t.task.state == failed || t.task.state == pending) && t.last_attempt_failed;
        if (completed_before || (failed_before && failed_now))
            return {std::nullopt, true, t.task.state, t.task.attempt};
        return {t.task.state == pending && r.attempt ? errc::lease_lost : errc::conflict};
    }

    expected release(modelled& t, const request& r) {
        if (t.task.state == pending && (!r.attempt || *r.attempt == t.task.attempt + 1))
            return {std::nullopt, true, pending, t.task.attempt};
        if (!is_present(t, r)) return {errc::lease_lost};
        if (!step(t, task_event::release)) return {errc::conflict};
        --t.task.attempt;
        if (r.retry_after > 0) t.be_delayed(true);
        t.leave_the_agent();
        return {std::nullopt, false, pending, t.task.attempt};
    }

    static expected progress(modelled& t, const request& r) {
        if (!is_present(t, r)) return {errc::lease_lost};
        if (t.task.state == cancelled) return {std::nullopt, true, cancelled, t.task.attempt};
        if (t.task.state != in_progress) return {errc::conflict};
        t.over_since.reset();
        return {std::nullopt, false, in_progress, t.task.attempt};
    }

    expected cancel(modelled& t) {
        if (t.task.state == cancelled) return {std::nullopt, true, cancelled, t.task.attempt};
        if (!step(t, task_event::cancel)) return {errc::conflict};
        t.leave_the_agent();
        t.be_due();
        return {std::nullopt, false, cancelled, t.task.attempt};
    }

    expected retry(modelled& t) {
        const task_state from = t.task.state;
        if (from == pending && !t.delayed) return {std::nullopt, true, pending, t.task.attempt};
        if (!step(t, task_event::retry)) return {errc::conflict};
        if (from != pending) t.task.failures = 0;
        if (from == cancelled) t.last_attempt_failed = false;
        t.be_due();
        return {std::nullopt, false, pending, t.task.attempt};
    }
};

class walk {
public:
    walk(executor where, const test::scratch_database& scratch, unsigned long seed)
        : where_(where),
          scratch_(scratch),
          pool_(where, test::pool_for(scratch.conninfo(), 2)) /* so that two requests meet in the database */,
          store_(where, pool_, times_),
          housekeeping_(pool_, times_),
          random_(static_cast<std::mt19937_64::result_type>(seed)) {
        const std::string policy_text = to_string(policy_);
        for (const agent_id& each : agents_)
            scratch_.execute("INSERT INTO agents (tenant_id, agent_id, hostname, enrolled_by) VALUES ('" +
                             std::string(tenant_text) + "', '" + to_string(each) + "', '" + to_string(each) +
                             "', 'shared')");
        scratch_.execute(
            "INSERT INTO policies (tenant_id, policy_id, name, schedule, timezone, spread_seconds, overlap, "
            "on_missed, min_gap_seconds, include_paths, exclude_paths, repository, max_attempts, enabled) "
            "VALUES ('" +
            std::string(tenant_text) + "', '" + policy_text +
            "', 'p', '@daily', 'UTC', 0, 'skip', 'once', 0, '{/etc}', '{}', '/backup', 3, true)");
    }

    awaitable<void> go(int steps) {
        pool_.start();
        for (step_ = 0; step_ < steps; ++step_) {
            co_await refill();
            co_await one_step();
            co_await compare();
        }
        for (const transition& row : transitions()) {
            BOOST_TEST((model_.taken.contains({row.from, row.event, row.to})),
                       name_of(row.from) << " never became " << name_of(row.to) << " by event "
                                         << static_cast<int>(row.event));
        }
        BOOST_TEST(repeated_ > 20);
        BOOST_TEST(refused_ > 100);
        store_.close();
        pool_.close();
    }

private:
    int below(int n) { return std::uniform_int_distribution<int>(0, n - 1)(random_); }

    bool chance(int percent) { return below(100) < percent; }

    template <class Range> const auto& any_of(const Range& from) {
        return *std::next(from.begin(), below(static_cast<int>(from.size())));
    }

    void say(std::string line) {
        trace_.push_back(std::to_string(step_) + ": " + std::move(line));
        if (trace_.size() > 25) trace_.pop_front();
    }

    void check(bool agreed, const std::string& words) {
        if (agreed) return;
        std::string last;
        for (const std::string& line : trace_) last += "\n  " + line;
        throw std::runtime_error(words + "; the last steps:" + last);
    }

    awaitable<void> refill() {
        std::erase_if(model_.tasks, [this](const auto& each) {
            const task_state s = each.second.task.state;
            return (s == completed || s == failed || s == cancelled) && chance(15);
        });
        task_orders wanted;
        while (model_.tasks.size() + wanted.orders.size() < live_tasks) {
            task_order order;
            order.agent = any_of(agents_);
            order.policy = policy_;
            order.type = static_cast<task_type>(below(3));
            order.repository = "/" + to_string(task_id::make()); // so that none waits for another
            order.max_attempts = 1 + below(3);
            if (chance(30))
                order.scheduled_for = std::chrono::sys_days{std::chrono::year{2020 + below(5)} / 1 / 1};
            if (chance(10)) order.scheduled_for = far_away;
            wanted.orders.push_back(std::move(order));
        }
        if (wanted.orders.empty()) co_return;
        auto made = co_await store_.create(tenant_, std::move(wanted));
        check(bool(made), "no tasks could be made");
        for (holdfast::task& each : made->tasks) {
            say("made " + to_string(each.id));
            modelled fresh;
            fresh.task = std::move(each);
            model_.tasks.emplace(fresh.task.id, std::move(fresh));
        }
    }

    awaitable<void> one_step() {
        const int what = below(100);
        if (what < 35)
            co_await poll();
        else if (what < 40)
            co_await give_back();
        else if (what < 70)
            co_await change();
        else if (what < 80)
            co_await two_changes();
        else if (what < 90)
            co_await let_leases_end();
        else if (what < 97)
            co_await sweep();
        else
            let_time_pass();
    }

    awaitable<void> poll() {
        offer_request r;
        r.tenant = tenant_;
        r.agent = any_of(agents_);
        r.limit = 1 + below(3);
        r.types.bits = static_cast<std::uint8_t>(chance(80) ? 7 : 1 + below(7));
        if (chance(30)) r.lookahead = lookahead_all;
        if (chance(70)) r.session = chance(50) ? "one" : "two";
        const bool late = !r.session.empty() && !polls_.empty() && chance(20);
        r.poll = late ? any_of(polls_) : poll_id::make();
        if (!r.session.empty() && !late) {
            std::string session = r.session;
            std::string address = "192.0.2.1";
            auto opened = co_await store_.open_poll(tenant_, r.agent, std::move(session), r.poll,
                                                    std::move(address), false);
            check(bool(opened), "a poll could not be opened");
            model_.newest_poll[{r.agent, r.session}] = r.poll;
        }
        polls_.push_back(r.poll);
        if (polls_.size() > 8) polls_.pop_front();
        say("poll of " + to_string(r.agent) + " session '" + r.session + "' " + to_string(r.poll) +
            " limit " + std::to_string(r.limit) + " types " + std::to_string(r.types.bits) + " lookahead " +
            std::to_string(r.lookahead.count()));
        const auto wanted = model_.offer(r);
        offer_request copy = r;
        auto got = co_await store_.offer(std::move(copy));
        check(bool(got), "a poll failed");
        check(got->poll == r.poll, "the offer is another poll's");
        std::vector<task_id> ids;
        for (const holdfast::task& each : got->tasks) {
            const holdfast::task& m = model_.tasks.at(each.id).task;
            check(each.state == assigned && each.attempt == m.attempt && each.failures == m.failures &&
                      each.agent == r.agent && each.type == m.type,
                  "an offered task is not as it should be");
            ids.push_back(each.id);
            say("  got " + to_string(each.id) + " attempt " + std::to_string(each.attempt));
        }
        check(ids == wanted, "offered " + std::to_string(ids.size()) + " tasks, the model " +
                                 std::to_string(wanted.size()) + ", or others");
    }

    awaitable<void> give_back() {
        if (polls_.empty()) co_return;
        const poll_id poll = any_of(polls_);
        std::vector<task_id> which;
        for (const auto& [id, t] : model_.tasks)
            if (t.poll == poll || chance(20)) which.push_back(id);
        say("give back " + to_string(poll));
        const int wanted = model_.give_back(poll, which);
        auto got = co_await store_.give_back(tenant_, poll, std::move(which));
        check(bool(got), "a giving back failed");
        check(got->count == wanted,
              "gave back " + std::to_string(got->count) + " tasks, the model " + std::to_string(wanted));
    }

    request make_request() {
        if (last_ && model_.tasks.contains(last_->task) && chance(20)) return *last_; // its answer was lost
        request r;
        const modelled& t = any_of(model_.tasks).second;
        r.task = t.task.id;
        r.agent = chance(95) ? t.task.agent : any_of(agents_);
        if (chance(75)) r.attempt = t.task.attempt;
        if (chance(10)) r.attempt = std::max(1, t.task.attempt + below(3) - 1);
        const int what = t.task.state == assigned && chance(60) ? 0 : below(100);
        r.what = what < 25   ? request::kind::acknowledge
                 : what < 65 ? request::kind::finish
                 : what < 80 ? request::kind::release
                 : what < 88 ? request::kind::progress
                 : what < 92 ? request::kind::cancel
                             : request::kind::retry;
        if ((t.task.state == failed || t.task.state == cancelled) && chance(30))
            r.what = request::kind::retry;
        r.said = chance(40) ? outcome::completed : outcome::failed;
        r.category = static_cast<error_category>(below(5));
        r.retry_after = chance(30) ? 100'000 : 0;
        return r;
    }

    void say(const request& r) {
        say("request " + std::to_string(static_cast<int>(r.what)) + " of task " + to_string(r.task) +
            " attempt " + (r.attempt ? std::to_string(*r.attempt) : "-") + " outcome " +
            std::to_string(static_cast<int>(r.said)) + " category " +
            std::to_string(static_cast<int>(r.category)));
    }

    awaitable<void> change() {
        const request r = make_request();
        last_ = r;
        say(r);
        const expected wanted = model_.ask(r);
        repeated_ += wanted.repeated ? 1 : 0;
        refused_ += wanted.refused ? 1 : 0;
        const expected got = co_await answer_to(r);
        check(words_of(got) == words_of(wanted),
              "the store: " + words_of(got) + ", the model: " + words_of(wanted));
    }

    // Two requests at the same time, often the same one twice: as if one had come before the other.
    awaitable<void> two_changes() {
        const request one = make_request();
        request two = chance(30) ? one : make_request();
        two.task = one.task;
        say(one);
        say(two);
        say("  both at once");
        model one_first = model_;
        model two_first = model_;
        const std::string one_then = words_of(one_first.ask(one));
        const std::string wanted = one_then + " and " + words_of(one_first.ask(two));
        const std::string two_then = words_of(two_first.ask(two));
        const std::string or_wanted = words_of(two_first.ask(one)) + " and " + two_then;
        expected got_one;
        expected got_two;
        test::together both(where_);
        auto asked_one = answer_into(one, got_one);
        auto asked_two = answer_into(two, got_two);
        both.add(std::move(asked_one));
        both.add(std::move(asked_two));
        co_await both.wait();
        const std::string got = words_of(got_one) + " and " + words_of(got_two);
        check(got == wanted || got == or_wanted,
              "the store: " + got + ", the model: " + wanted + ", or the other way round: " + or_wanted);
        auto rows = co_await looked();
        const bool this_way = got == wanted && difference(one_first, rows).empty();
        model_ = this_way ? std::move(one_first) : std::move(two_first);
    }

    awaitable<void> answer_into(request r, expected& into) { into = co_await answer_to(r); }

    awaitable<expected> answer_to(request r) {
        const origin nobody;
        if (r.what == request::kind::cancel) {
            auto decided = co_await store_.cancel(tenant_, r.task, nobody);
            co_return found(decided);
        }
        if (r.what == request::kind::retry) {
            auto decided = co_await store_.retry(tenant_, r.task, nobody);
            co_return found(decided);
        }
        auto changed = co_await sent(r);
        co_return found(changed);
    }

    awaitable<result<task_change>> sent(request r) {
        task_key key{tenant_, r.agent, r.task, r.attempt};
        if (r.what == request::kind::acknowledge) return store_.acknowledge(std::move(key));
        if (r.what == request::kind::progress) return store_.progress({std::move(key), {"{}"}});
        if (r.what == request::kind::release)
            return store_.release({std::move(key), "why not", std::chrono::seconds(r.retry_after)});
        task_report report;
        report.tenant = tenant_;
        report.agent = r.agent;
        report.task = r.task;
        report.attempt = r.attempt;
        report.said = r.said;
        report.category = r.category;
        report.log = "log";
        return store_.finish(std::move(report));
    }

    // Some leases are over from now on, each a second after the one before it.
    awaitable<void> let_leases_end() {
        static constexpr pg::statement end{
            "end", "UPDATE tasks SET lease_until = '2020-01-01Z'::timestamptz + u.n * interval '1 second' "
                   "FROM unnest($2, $3) AS u(task, n) WHERE tenant_id = $1 AND task_id = u.task"};
        std::vector<task_id> which;
        std::vector<std::int32_t> order;
        for (auto& [id, t] : model_.tasks) {
            if ((t.task.state != assigned && t.task.state != in_progress) || !chance(40)) continue;
            t.over_since = ++ends_;
            say("lease of " + to_string(id) + " is over");
            which.push_back(id);
            order.push_back(ends_);
        }
        pg::params with = pg::bind(tenant_, which, order);
        auto ended = co_await pool_.exec(end, std::move(with));
        check(bool(ended), "no lease could be ended");
    }

    awaitable<void> sweep() {
        const int limit = 1 + below(4);
        say("sweep of " + std::to_string(limit));
        const auto wanted = model_.end_leases(limit);
        auto got = co_await housekeeping_.end_leases(limit);
        check(bool(got), "a sweep failed");
        std::set<task_id> ids;
        for (const ended_lease& each : *got) {
            const modelled& t = model_.tasks.at(each.task);
            check(each.now == t.task.state && each.attempt == t.task.attempt && each.agent == t.task.agent,
                  "a task whose lease ended is not as it should be");
            ids.insert(each.task);
        }
        check(ids == std::set(wanted.begin(), wanted.end()), "other leases were ended");
    }

    void let_time_pass() {
        say("time passes");
        scratch_.execute("UPDATE tasks SET not_before = now() WHERE not_before > now()");
        for (auto& [id, t] : model_.tasks) t.held_back = false;
    }

    awaitable<pg::rows> looked() {
        static constexpr pg::statement look{
            "look", "SELECT task_id, status, attempt, failures, last_attempt_failed, "
                    "coalesce(not_before > now(), false), coalesce(lease_until < now(), false), "
                    "not_before IS NOT NULL "
                    "FROM tasks WHERE tenant_id = $1 AND task_id = ANY($2)"};
        std::vector<task_id> ids;
        for (const auto& [id, t] : model_.tasks) ids.push_back(id);
        pg::params with = pg::bind(tenant_, ids);
        auto rows = co_await pool_.exec(look, std::move(with));
        check(bool(rows) && rows->size() == ids.size(), "not all tasks are there");
        co_return std::move(*rows);
    }

    awaitable<void> compare() {
        auto rows = co_await looked();
        const std::string differs = difference(model_, rows);
        check(differs.empty(), differs);
    }

    static std::string difference(const model& from, const pg::rows& rows) {
        for (const pg::row row : rows) {
            const modelled& t = from.tasks.at(row.get<task_id>(0));
            const auto state = row.get<std::string_view>(1);
            if (state == name_of(t.task.state) && row.get<std::int32_t>(2) == t.task.attempt &&
                row.get<std::int32_t>(3) == t.task.failures && row.get<bool>(4) == t.last_attempt_failed &&
                row.get<bool>(5) == t.held_back && row.get<bool>(6) == t.over_since.has_value() &&
                row.get<bool>(7) == t.delayed)
                continue;
            return "task " + to_string(t.task.id) + " is " + std::string(state) + " attempt " +
                   std::to_string(row.get<std::int32_t>(2)) + " failures " +
                   std::to_string(row.get<std::int32_t>(3)) + ", in the model " +
                   std::string(name_of(t.task.state)) + " attempt " + std::to_string(t.task.attempt) +
                   " failures " + std::to_string(t.task.failures) +
                   ", or differs in its last failure, its delay or its lease";
        }
        return {};
    }

    executor where_;
    const test::scratch_database& scratch_;
    const timing times_{.offer_lease = std::chrono::hours(1),
                        .run_lease = std::chrono::hours(1),
                        .retry_base = std::chrono::seconds(0),
                        .retry_cap = std::chrono::seconds(0)};
    pg::pool pool_;
    db::pg_task_store store_;
    db::pg_housekeeping_store housekeeping_;
    std::mt19937_64 random_;
    const tenant_id tenant_{parse_uuid(tenant_text).value()};
    const std::array<agent_id, 2> agents_{agent_id::make(), agent_id::make()};
    const policy_id policy_ = policy_id::make();
    model model_;
    std::deque<poll_id> polls_;
    std::optional<request> last_;
    std::deque<std::string> trace_;
    int step_ = 0;
    int ends_ = 0;
    int repeated_ = 0;
    int refused_ = 0;
};

} // namespace

BOOST_AUTO_TEST_SUITE(task_model)

// HOLDFAST_TEST_SEED repeats a history; HOLDFAST_TEST_STEPS makes it longer or shorter.
BOOST_AUTO_TEST_CASE(store_and_table_agree) {
    const unsigned long seed = number_from_environment("HOLDFAST_TEST_SEED", std::random_device{}());
    const auto steps = static_cast<int>(number_from_environment("HOLDFAST_TEST_STEPS", default_steps));
    std::cout << "HOLDFAST_TEST_SEED=" << seed << " HOLDFAST_TEST_STEPS=" << steps << std::endl;
    const test::scratch_database scratch;
    scratch.execute("ALTER DATABASE " + scratch.name() +
                    " SET synchronous_commit = off"); // nothing crashes here
    asio::io_context context{1};
    test::migrate(scratch);
    walk history(context.get_executor(), scratch, seed);
    test::run(context, history.go(steps));
}

BOOST_AUTO_TEST_SUITE_END()
