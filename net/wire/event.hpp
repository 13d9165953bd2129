// Events as a webhook gets them.
#pragma once

#include "domain/event.hpp"
#include "net/json/names.hpp"
#include "net/wire/freshness.hpp"
#include "net/wire/task.hpp"

#include <boost/describe/class.hpp>

namespace holdfast::net::wire {

struct event_view {
    holdfast::event_id event_id;
    std::string_view kind;
    instant at;
    holdfast::tenant_id tenant_id;
    holdfast::policy_id policy_id;
    std::string policy_name;
    holdfast::agent_id agent_id;
    std::string hostname;
    std::optional<freshness_state> state, previous_state;
    std::optional<instant> last_success_at;
    std::optional<std::int64_t> max_age_seconds;
    std::optional<holdfast::task_id> task_id;
    std::optional<holdfast::task_type> task_type;
    std::optional<std::int32_t> attempt;
    std::optional<std::string> error_category, error_message;
};

BOOST_DESCRIBE_STRUCT(event_view, (),
                      (event_id, kind, at, tenant_id, policy_id, policy_name, agent_id, hostname, state,
                       previous_state, last_success_at, max_age_seconds, task_id, task_type, attempt,
                       error_category, error_message))

[[nodiscard]] inline event_view view_of(holdfast::tenant_id tenant, event from) {
    return {.event_id = from.id,
            .kind = name_of(from.kind),
            .at = from.at,
            .tenant_id = tenant,
            .policy_id = from.policy,
            .policy_name = std::move(from.policy_name),
            .agent_id = from.agent,
            .hostname = std::move(from.hostname),
            .state = from.state,
            .previous_state = from.state_before,
            .last_success_at = from.last_success_at,
            .max_age_seconds = from.max_age_seconds,
            .task_id = from.task,
            .task_type = from.type,
            .attempt = from.attempt,
            .error_category = std::move(from.error_category),
            .error_message = std::move(from.error_message)};
}

} // namespace holdfast::net::wire
