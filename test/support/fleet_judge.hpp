// What a simulated fleet did, held against the rules: every run of a schedule got its task or has an excuse,
// and nothing was handed out that the rules hold back. Written to be obviously right, not fast: due times are
// walked one by one, and spans of time are compared with each other.
#pragma once

#include "domain/agent.hpp"
#include "domain/policy.hpp"
#include "domain/schedule.hpp"
#include "domain/task.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace holdfast::test {

// From its begin on, its end not included.
struct time_span {
    instant from;
    instant to = end_of_time;

    [[nodiscard]] bool holds(instant at) const { return from <= at && at < to; }
};

// An agent had a task: from the answer that gave it until the database knew that it was over.
struct holding {
    task_id task;
    int attempt = 0;
    policy_id policy;
    agent_id agent;
    task_type type = task_type::backup;
    std::string repository;
    time_span when;
    bool handed_back = false; // its number is given again
};

// A task as the database has it in the end.
struct planned_task {
    task_id id;
    policy_id policy;
    agent_id agent;
    task_type type = task_type::backup;
    instant scheduled_for;
    instant made_at;
    std::optional<instant> ended_at;
    task_state state = task_state::pending;
};

struct watched_policy {
    timetable when;
    bool queues = false;
    std::vector<time_span> disabled;
    std::map<agent_id, std::vector<time_span>> assigned;
};

struct watched_agent {
    agent_limits limits;
    std::vector<time_span> paused;
};

struct fleet_record {
    instant begin;
    std::map<policy_id, watched_policy> policies;
    std::map<agent_id, watched_agent> agents;
    std::vector<instant> looks; // when a server made all tasks that were due, in order
    std::vector<holding> held;
    std::vector<planned_task> tasks;

    // An attempt that was handed out.
    void given(holding what) { held.push_back(std::move(what)); }

    // The database said that this attempt is over.
    void over(task_id task, int attempt, instant at, bool handed_back = false);

    int ended_unheld = 0; // ends of attempts that nobody had
};

struct fleet_verdict {
    std::vector<std::string> wrong; // in words, one for each violation
    // Due times by what became of them.
    int made = 0;        // in time
    int made_up = 0;     // the last of those missed, by the rule `once`
    int overlapping = 0; // none: the one before was still open
    int missed = 0;      // none: nobody was there in time
    int off = 0; // none: the policy was disabled or not assigned at that time or when it was dealt with

    [[nodiscard]] std::string summary() const;
};

[[nodiscard]] fleet_verdict judge(const fleet_record& seen);

} // namespace holdfast::test
