#include "app/housekeeper.hpp"

#include "domain/log.hpp"
#include "domain/trace.hpp"

#include <boost/asio/co_spawn.hpp>

#include <exception>

namespace holdfast::app {
namespace {

constexpr int leases_in_one_step = 500;
constexpr int runs_in_one_step = 200;
constexpr std::chrono::milliseconds shortest_pause{10};
constexpr int wakeups_in_one_step = 10'000;
constexpr int pending_counted_max = 1'000'000;
constexpr int freshness_counted_max = 1'000'000;
constexpr int judged_in_one_step = 2000;
constexpr int old_in_one_step = 1000;

void report(std::string_view what, const failure& why) {
    if (why.code() != errc::unavailable)
        log::error("housekeeping failed", {{"step", what}, {"cause", why.cause()}});
    else
        log::debug("housekeeping has to wait for the database", {{"step", what}, {"cause", why.cause()}});
}

} // namespace

bool housekeeper::rhythm::due() {
    const auto now = steady_clock::now();
    if (now < next) return false;
    next = now + every;
    return true;
}

housekeeper::housekeeper(executor where, housekeeping_store& store, scheduler& schedules, wakeups& bell,
                         change_notes& notes, metrics& counts, const timing& times,
                         std::function<bool()> hears_others)
    : store_(store),
      schedules_(schedules),
      bell_(bell),
      notes_(notes),
      counts_(counts),
      times_(times),
      hears_others_(std::move(hears_others)),
      where_(where),
      timer_(where),
      looked_(steady_clock::now()) {}

void housekeeper::start() {
    auto work = loop();
    asio::co_spawn(where_, std::move(work), [](const std::exception_ptr& failed) {
        if (failed) std::rethrow_exception(failed);
    });
}

void housekeeper::stop() {
    stopped_ = true;
    timer_.cancel();
}

awaitable<void> housekeeper::loop() {
    while (!stopped_) {
        co_await end_leases();
        if (!hears_others_() || lost_.due()) co_await find_lost_wakeups();
        co_await judge_freshness();
        if (gauges_.due()) co_await count_pending();
        if (freshness_gauges_.due()) co_await count_freshness();
        if (old_.due()) co_await forget_old();
        const auto again = co_await make_due_tasks();
        if (stopped_) break;
        error_code cut_short;
        timer_.expires_at(again);
        co_await timer_.async_wait(asio::redirect_error(use_awaitable, cut_short));
    }
}

awaitable<void> housekeeper::end_leases() {
    auto ended = co_await store_.end_leases(leases_in_one_step);
    if (!ended) {
        report("leases", ended.error());
        co_return;
    }
    std::vector<agent_id> agents;
    for (const ended_lease& e : *ended) {
        counts_.leases_ended.add();
        if (e.now == task_state::failed)
            counts_.tasks_failed.add();
        else if (e.ran)
            counts_.tasks_retried.add();
        log::warning(
            e.ran ? "[TASKS] Lease ended: the agent was not heard of"
                  : "[TASKS] Lease ended: not acknowledged",
            {{"task", e.task}, {"agent", e.agent}, {"attempt", e.attempt}, {"status", name_of(e.now)}},
            {.traceparent = traceparent_of(e.task, e.attempt)});
        notes_.note_task(e.tenant, e.task, e.agent);
        agents.push_back(e.agent);
        agents.insert(agents.end(), e.freed_for.begin(), e.freed_for.end());
    }
    if (!agents.empty()) bell_.ring(agents);
}

awaitable<steady_clock::time_point> housekeeper::make_due_tasks() {
    const auto at_the_latest = steady_clock::now() + times_.sweep;
    auto next = co_await schedules_.make_due_tasks(runs_in_one_step);
    if (!next) {
        report("schedules", next.error());
        co_return at_the_latest;
    }
    const auto pause = std::max<std::chrono::microseconds>(next->value_or(times_.sweep), shortest_pause);
    co_return std::min(at_the_latest, steady_clock::now() + pause);
}

awaitable<void> housekeeper::find_lost_wakeups() {
    // A little more than since the last look: clocks differ, and transactions commit late.
    const auto since =
        std::chrono::ceil<std::chrono::seconds>(steady_clock::now() - looked_) + std::chrono::seconds{2};
    const auto now = steady_clock::now();
    auto agents = co_await store_.came_due(since, wakeups_in_one_step);
    if (!agents) {
        report("wake-ups", agents.error());
        co_return;
    }
    looked_ = now;
    if (!agents->empty()) bell_.ring(*agents);
}

awaitable<void> housekeeper::count_pending() {
    auto count = co_await store_.count_pending(pending_counted_max);
    if (count) pending_.set(*count);
}

awaitable<void> housekeeper::judge_freshness() {
    auto judged = co_await store_.judge_freshness(judged_in_one_step);
    if (!judged) co_return report("freshness", judged.error());
    for (const judged_freshness& each : *judged) notes_.note_freshness(each.tenant, each.agent);
}

awaitable<void> housekeeper::count_freshness() {
    auto counts = co_await store_.count_freshness(freshness_counted_max);
    if (!counts) co_return report("freshness", counts.error());
    for (std::size_t i = 0; i < counts->size(); ++i) freshness_.at(i).set(counts->at(i));
}

freshness_counts housekeeper::freshness() const {
    freshness_counts out{};
    for (std::size_t i = 0; i < out.size(); ++i) out.at(i) = freshness_.at(i).value();
    return out;
}

awaitable<void> housekeeper::forget_old() {
    auto forgotten = co_await store_.forget_old(old_in_one_step);
    if (!forgotten)
        report("old records", forgotten.error());
    else if (*forgotten)
        old_.again();
}

} // namespace holdfast::app
