// How old the last good backup of an agent for a policy is, against the policy's maxAgeSeconds.
#pragma once

#include "domain/id.hpp"
#include "domain/time.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace holdfast {

enum class freshness_state : std::uint8_t {
    fresh, // not older than it, or the policy sets none
    late,  // older, up to twice
    stale, // older than that
    never, // no good backup since it was assigned
};
inline constexpr freshness_state last_freshness_state = freshness_state::never;

// How many are in each state, in the order of the states.
using freshness_counts = std::array<std::int64_t, static_cast<std::size_t>(last_freshness_state) + 1>;

[[nodiscard]] std::string_view name_of(freshness_state state);
[[nodiscard]] std::optional<freshness_state> freshness_state_from(std::string_view name);

// Of one policy and one agent that it is assigned to.
struct freshness {
    policy_id policy;
    std::string policy_name;
    agent_id agent;
    std::string hostname;
    freshness_state state = freshness_state::never;
    instant assigned_at;
    std::optional<instant> last_success_at;
    std::optional<task_id> last_task;
    std::optional<std::int64_t> age_seconds;
    std::optional<std::int64_t> max_age_seconds;
    std::optional<instant> due_at; // of the next good backup; later it is late, or still never
};

// A place in their list: newest policy first, of one policy the newest agent.
struct freshness_key {
    policy_id policy;
    agent_id agent;
};

struct freshness_filter {
    std::optional<freshness_state> state;
    std::optional<policy_id> policy;
    std::optional<agent_id> agent;
};

} // namespace holdfast
