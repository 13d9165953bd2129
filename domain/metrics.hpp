// What one core counts. The core's thread is the only writer, any thread may read: relaxed atomics without a
// locked instruction. The metrics page adds the cores up. No id is ever a label.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <span>

namespace holdfast {

class counter {
public:
    void add(std::uint64_t n = 1) {
        value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
    }

    [[nodiscard]] std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_{0};
};

class gauge {
public:
    void set(std::int64_t n) { value_.store(n, std::memory_order_relaxed); }

    [[nodiscard]] std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::int64_t> value_{0};
};

// Fixed bounds, as Prometheus has them: bucket i counts what is <= bounds()[i], the last everything else.
template <std::size_t N> class histogram {
public:
    explicit constexpr histogram(const std::array<double, N>& bounds) : bounds_(bounds) {}

    void observe(double value) {
        std::size_t i = 0;
        while (i < N && value > bounds_[i]) ++i;
        counts_[i].add();
        sum_.store(sum_.load(std::memory_order_relaxed) + value, std::memory_order_relaxed);
    }

    [[nodiscard]] std::span<const double> bounds() const { return bounds_; }

    [[nodiscard]] std::uint64_t count(std::size_t bucket) const { return counts_[bucket].value(); }

    [[nodiscard]] double sum() const { return sum_.load(std::memory_order_relaxed); }

private:
    std::array<double, N> bounds_;
    std::array<counter, N + 1> counts_{};
    std::atomic<double> sum_{0};
};

inline constexpr std::array<double, 12> seconds_bounds{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                                       0.05,   0.1,   0.25,   0.5,   1,    5};
inline constexpr std::array<double, 11> size_bounds{1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024};

using seconds_histogram = histogram<seconds_bounds.size()>;
using size_histogram = histogram<size_bounds.size()>;

struct metrics {
    counter tasks_fetched;  // answers to polls that held tasks
    counter tasks_assigned; // tasks in them
    counter tasks_acknowledged;
    counter tasks_completed;
    counter tasks_failed;     // for good
    counter tasks_retried;    // failed attempts that left another
    counter tasks_released;   // handed back by agents
    counter tasks_given_back; // answers that could not be delivered
    counter tasks_cancelled;
    counter tasks_created;
    counter tasks_planned;    // of them: made by schedules
    counter runs_overlapping; // of schedules: no task, as the one before was still open
    counter runs_missed;      // due times of schedules that passed without a task
    counter leases_ended;
    counter polls_abandoned;  // the caller hung up while waiting
    counter polls_empty;      // answered 204
    counter polls_superseded; // a newer poll of the same session came
    counter duplicate_identities;
    counter events_delivered;
    counter event_deliveries_failed;
    counter events_given_up;
    gauge polls_waiting;
    gauge viewers_waiting;                          // operators' own long polls
    seconds_histogram wake_seconds{seconds_bounds}; // from the wake-up to the assignment's return
};

} // namespace holdfast
