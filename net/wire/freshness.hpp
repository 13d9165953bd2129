// Freshness as it goes over the wire.
#pragma once

#include "domain/freshness.hpp"
#include "net/json/names.hpp"

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>

#include <optional>
#include <string>

namespace holdfast {

BOOST_DESCRIBE_ENUM(freshness_state, fresh, late, stale, never)

namespace net::wire {

struct freshness_view {
    holdfast::policy_id policy_id;
    std::string policy_name;
    holdfast::agent_id agent_id;
    std::string hostname;
    freshness_state state = freshness_state::never;
    instant assigned_at;
    std::optional<instant> last_success_at;
    std::optional<task_id> last_task_id;
    std::optional<std::int64_t> age_seconds, max_age_seconds;
    std::optional<instant> due_at;
};

BOOST_DESCRIBE_STRUCT(freshness_view, (),
                      (policy_id, policy_name, agent_id, hostname, state, assigned_at, last_success_at,
                       last_task_id, age_seconds, max_age_seconds, due_at))

} // namespace net::wire
} // namespace holdfast
