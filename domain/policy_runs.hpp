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
[[nodiscard]] std::vector<planned_run> planned_runs(const policy& of, instant after, std::size_t count);

} // namespace holdfast
