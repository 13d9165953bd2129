// A tenant at a glance.
#pragma once

#include "domain/freshness.hpp"
#include "domain/id.hpp"
#include "domain/time.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace holdfast {

inline constexpr int overview_counted_max = 10'000; // of each kind; as many means: that, or more

struct minute_of_tasks { // those that were made in it, by what became of them
    instant minute;
    std::int64_t made = 0;
    std::int64_t completed = 0;
    std::int64_t failed = 0;
};

struct due_task { // the one that is due the longest and was not handed out; in a retry delay none is due
    task_id task;
    agent_id agent;
    instant due_at;
};

struct overview {
    instant at;
    std::int64_t agents_online = 0;
    std::int64_t agents_offline = 0;
    std::int64_t agents_paused = 0; // of both
    std::int64_t pending = 0;
    std::int64_t due = 0; // of the pending
    std::int64_t assigned = 0;
    std::int64_t in_progress = 0;
    std::optional<due_task> oldest_due;
    freshness_counts freshness{};
    std::vector<minute_of_tasks> last_hour; // oldest first; minutes without tasks are left out
};

} // namespace holdfast
