// What nobody asks for but must happen: ended leases, runs of schedules, lost wake-ups, old records. One loop
// for each process, on its first core; safe on any number of servers at once, never a leader.
#pragma once

#include "domain/async.hpp"
#include "domain/changes.hpp"
#include "domain/metrics.hpp"
#include "domain/scheduler.hpp"
#include "domain/stores.hpp"
#include "domain/timing.hpp"
#include "domain/wakeups.hpp"

#include <array>
#include <functional>
#include <tuple>

namespace holdfast::app {

class housekeeper {
public:
    // `hears_others`: whether wake-ups of other servers arrive now; if not, the sweep looks for them at each
    // turn.
    housekeeper(executor where, housekeeping_store& store, scheduler& schedules, wakeups& bell,
                change_notes& notes, metrics& counts, const timing& times,
                std::function<bool()> hears_others);

    void start();
    void stop();

    // Any thread.
    [[nodiscard]] std::int64_t pending() const { return pending_.value(); }

    [[nodiscard]] freshness_counts freshness() const;

private:
    awaitable<void> loop();
    awaitable<void> end_leases();
    // Answers when to look again, at the latest.
    awaitable<steady_clock::time_point> make_due_tasks();
    awaitable<void> find_lost_wakeups();
    awaitable<void> count_pending();
    awaitable<void> count_freshness();
    awaitable<void> judge_freshness();
    awaitable<void> forget_old();

    // True once in so long; the first time at once.
    struct rhythm {
        std::chrono::milliseconds every;
        steady_clock::time_point next{};
        [[nodiscard]] bool due();

        void again() { next = {}; }
    };

    housekeeping_store& store_;
    scheduler& schedules_;
    wakeups& bell_;
    change_notes& notes_;
    metrics& counts_;
    const timing& times_;
    std::function<bool()> hears_others_;
    executor where_;
    steady_timer timer_;
    gauge pending_;
    std::array<gauge, std::tuple_size_v<freshness_counts>> freshness_;
    rhythm lost_{std::chrono::seconds{5}};
    rhythm gauges_{std::chrono::seconds{5}};
    rhythm freshness_gauges_{std::chrono::seconds{30}}; // reads every assignment
    rhythm old_{std::chrono::minutes{10}};
    steady_clock::time_point looked_;
    bool stopped_ = false;
};

} // namespace holdfast::app
