// A policy: what an operator wants backed up, where to, and when.
#pragma once

#include "domain/id.hpp"
#include "domain/task.hpp"
#include "domain/time.hpp"

#include <optional>
#include <string>
#include <vector>

namespace holdfast {

// When: the texts were checked when the policy was written.
struct timetable {
    std::string schedule;
    std::optional<std::string> check_schedule;
    std::optional<std::string> prune_schedule;
    std::string timezone = "UTC";
    int spread_seconds = 0;
    std::string on_missed = "once";
    int min_gap_seconds = 0;
    bool enabled = true;
};

struct policy {
    policy_id id;
    std::string name;
    std::optional<std::string> description;
    timetable when;
    std::string overlap = "skip";
    std::optional<std::int64_t> max_age_seconds;
    work what;                               // what.repository is restic's own string
    std::optional<document> repository_spec; // the typed object, where it was given as one
    int max_attempts = 3;
    instant created_at;
    instant updated_at;
};

} // namespace holdfast
