// A tenant's overview as it goes over the wire.
#pragma once

#include "domain/overview.hpp"
#include "net/json/names.hpp"

#include <boost/describe/class.hpp>

#include <optional>

namespace holdfast::net::wire {

struct agent_figures {
    std::int64_t online = 0, offline = 0, paused = 0;
};

BOOST_DESCRIBE_STRUCT(agent_figures, (), (online, offline, paused))

struct open_task_figures {
    std::int64_t pending = 0, assigned = 0, in_progress = 0;
};

BOOST_DESCRIBE_STRUCT(open_task_figures, (), (pending, assigned, in_progress))

struct ended_task_figures {
    std::int64_t completed = 0, failed = 0, cancelled = 0;
};

BOOST_DESCRIBE_STRUCT(ended_task_figures, (), (completed, failed, cancelled))

struct backup_figures {
    std::int64_t fresh = 0, late = 0, stale = 0, never = 0;
};

BOOST_DESCRIBE_STRUCT(backup_figures, (), (fresh, late, stale, never))

struct due_task_view {
    holdfast::task_id task_id;
    holdfast::agent_id agent_id;
    instant due_at;
};

BOOST_DESCRIBE_STRUCT(due_task_view, (), (task_id, agent_id, due_at))

struct overview_view {
    agent_figures agents;
    open_task_figures open_tasks;
    ended_task_figures tasks_of_last_day;
    std::optional<due_task_view> oldest_due_task;
    backup_figures backups;
};

BOOST_DESCRIBE_STRUCT(overview_view, (), (agents, open_tasks, tasks_of_last_day, oldest_due_task, backups))

[[nodiscard]] inline overview_view view_of(const overview& from) {
    const auto backups = [&from](freshness_state state) {
        return from.backups.at(static_cast<std::size_t>(state));
    };
    overview_view out;
    out.agents = {from.agents_online, from.agents_offline, from.agents_paused};
    out.open_tasks = {from.tasks_pending, from.tasks_assigned, from.tasks_in_progress};
    out.tasks_of_last_day = {from.tasks_completed, from.tasks_failed, from.tasks_cancelled};
    if (const auto& due = from.oldest_due)
        out.oldest_due_task = due_task_view{due->id, due->agent, due->due_at};
    out.backups = {backups(freshness_state::fresh), backups(freshness_state::late),
                   backups(freshness_state::stale), backups(freshness_state::never)};
    return out;
}

} // namespace holdfast::net::wire
