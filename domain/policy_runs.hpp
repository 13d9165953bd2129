// What a policy's schedules will do.
#pragma once

#include "domain/policy.hpp"
#include "domain/schedule.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace holdfast {

struct planned_run {
    task_type type = task_type::backup;
    instant at;
    std::string local; // as the policy's time zone shows it
};

// The next `count` runs of all its schedules after that, in order; before each agent's place in the spread.
// None of a policy that is not enabled.
[[nodiscard]] std::vector<planned_run> planned_runs(const timetable& when, instant after, std::size_t count);

struct due_run {
    task_type type = task_type::backup;
    instant at;
};

// What is to be done now for one agent of a policy.
struct settlement {
    std::vector<due_run> runs;   // at most one of each type
    std::optional<instant> next; // when to look again; nothing: there is no further run
    int missed = 0;              // due times that get no run
};

// Every due time after `settled_until` and up to now gets its run or is missed, by the rules of catch_up().
// A failure: a time zone or a schedule that this server can't read (its time zone data is older).
[[nodiscard]] result<settlement> settle(const timetable& when, policy_id policy, agent_id agent,
                                        instant settled_until, instant now);

} // namespace holdfast
