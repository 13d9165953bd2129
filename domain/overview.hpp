// How a tenant stands, in figures: for people, not for books.
#pragma once

#include "domain/freshness.hpp"
#include "domain/id.hpp"
#include "domain/time.hpp"

#include <array>
#include <cstdint>
#include <optional>

namespace holdfast {

using freshness_counts = std::array<std::int64_t, static_cast<std::size_t>(last_freshness_state) + 1>;

// Each figure is counted up to a limit.
struct overview {
    struct due_task {
        task_id id;
        agent_id agent;
        instant due_at;
    };

    std::int64_t agents_online = 0, agents_offline = 0, agents_paused = 0;
    std::int64_t tasks_pending = 0, tasks_assigned = 0, tasks_in_progress = 0;
    std::int64_t tasks_completed = 0, tasks_failed = 0, tasks_cancelled = 0; // of those made within a day
    std::optional<due_task> oldest_due;                                      // that was not handed out
    freshness_counts backups{};
};

} // namespace holdfast
