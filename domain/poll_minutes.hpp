// The polls of the last hour, minute by minute, of all servers together: each closes its own account of a
// minute and tells the others. Kept in memory, for people: a server knows what was told since it started.
#pragma once

#include "domain/metrics.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <vector>

namespace holdfast {

struct poll_minute {
    std::chrono::sys_time<std::chrono::minutes> minute;
    std::int64_t waiting = 0; // polls, at its end
    // How many wake-ups led to an assignment, by the time that took: the buckets of a seconds_histogram.
    std::array<std::uint64_t, seconds_bounds.size() + 1> wakes{};
};

// Within which time this share of the wake-ups led to an assignment, as well as the buckets tell; nothing:
// there were none.
[[nodiscard]] std::optional<double> wake_quantile(const poll_minute& of, double share);

// Any thread.
class poll_minutes {
public:
    // Told at `now`. What does not lie around the last minute comes from a clock that is wrong, and counts
    // for that one.
    void add(const poll_minute& of_one_server, std::chrono::system_clock::time_point now);

    // The hour before `now`, oldest first; minutes that nobody told of are left out.
    [[nodiscard]] std::vector<poll_minute> hour_before(std::chrono::system_clock::time_point now) const;

private:
    mutable std::mutex guard_;
    std::map<std::chrono::sys_time<std::chrono::minutes>, poll_minute> minutes_;
};

} // namespace holdfast
