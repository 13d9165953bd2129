// A tenant at a glance, as it goes over the wire.
#pragma once

#include "domain/overview.hpp"
#include "domain/poll_minutes.hpp"

#include <boost/describe/class.hpp>

#include <numeric>
#include <optional>
#include <vector>

namespace holdfast::net::wire {

struct agent_counts {
    std::int64_t online = 0, offline = 0, paused = 0;
};

BOOST_DESCRIBE_STRUCT(agent_counts, (), (online, offline, paused))

struct task_counts {
    std::int64_t pending = 0, due = 0, assigned = 0, in_progress = 0;
};

BOOST_DESCRIBE_STRUCT(task_counts, (), (pending, due, assigned, in_progress))

struct due_task_view {
    holdfast::task_id task_id;
    holdfast::agent_id agent_id;
    instant due_at;
};

BOOST_DESCRIBE_STRUCT(due_task_view, (), (task_id, agent_id, due_at))

struct state_counts {
    std::int64_t fresh = 0, late = 0, stale = 0, never = 0;
};

BOOST_DESCRIBE_STRUCT(state_counts, (), (fresh, late, stale, never))

struct minute_view {
    instant minute;
    std::int64_t made = 0, completed = 0, failed = 0;
};

BOOST_DESCRIBE_STRUCT(minute_view, (), (minute, made, completed, failed))

struct poll_minute_view {
    instant minute;
    std::int64_t waiting = 0;
    std::uint64_t wake_ups = 0;
    std::optional<double> median_wake_seconds, p99_wake_seconds;
};

BOOST_DESCRIBE_STRUCT(poll_minute_view, (),
                      (minute, waiting, wake_ups, median_wake_seconds, p99_wake_seconds))

struct overview_view {
    instant at;
    agent_counts agents;
    task_counts tasks;
    std::optional<due_task_view> oldest_due_task;
    state_counts freshness;
    std::vector<minute_view> last_hour;
    std::vector<poll_minute_view> polls;
};

BOOST_DESCRIBE_STRUCT(overview_view, (), (at, agents, tasks, oldest_due_task, freshness, last_hour, polls))

[[nodiscard]] inline poll_minute_view view_of(const poll_minute& from) {
    return {instant{from.minute}, from.waiting,
            std::accumulate(from.wakes.begin(), from.wakes.end(), std::uint64_t{0}), wake_quantile(from, 0.5),
            wake_quantile(from, 0.99)};
}

[[nodiscard]] inline overview_view view_of(const overview& from, const std::vector<poll_minute>& polls) {
    const auto& states = from.freshness;
    overview_view out{from.at,
                      {from.agents_online, from.agents_offline, from.agents_paused},
                      {from.pending, from.due, from.assigned, from.in_progress},
                      std::nullopt,
                      {states[0], states[1], states[2], states[3]},
                      {},
                      {}};
    if (from.oldest_due)
        out.oldest_due_task = {from.oldest_due->task, from.oldest_due->agent, from.oldest_due->due_at};
    for (const minute_of_tasks& each : from.last_hour)
        out.last_hour.push_back({each.minute, each.made, each.completed, each.failed});
    for (const poll_minute& each : polls) out.polls.push_back(view_of(each));
    return out;
}

} // namespace holdfast::net::wire
