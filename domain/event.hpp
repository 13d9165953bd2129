// What operators' own programs are told without asking.
#pragma once

#include "domain/freshness.hpp"
#include "domain/id.hpp"
#include "domain/task.hpp"
#include "domain/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace holdfast {

enum class event_kind : std::uint8_t { freshness_changed, task_failed };

[[nodiscard]] std::string_view name_of(event_kind kind); // "task.failed", …
[[nodiscard]] std::optional<event_kind> event_kind_from(std::string_view name);

struct event {
    event_id id;
    event_kind kind = event_kind::freshness_changed;
    instant at;
    int tries = 0;        // with the one that begins now
    bool expired = false; // after this try it is given up
    policy_id policy;
    std::string policy_name;
    agent_id agent;
    std::string hostname;

    // Of freshness_changed.
    std::optional<freshness_state> state, state_before;
    std::optional<instant> last_success_at;
    std::optional<std::int64_t> max_age_seconds;

    // Of task_failed.
    std::optional<task_id> task;
    std::optional<task_type> type;
    std::optional<std::int32_t> attempt;
    std::optional<std::string> error_category, error_message;
};

} // namespace holdfast
