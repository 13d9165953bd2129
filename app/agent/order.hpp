// What the server says, as far as this agent reads it: docs/openapi.yaml describes all of it. What is sent to
// the server are the bodies of net/wire.
#pragma once

#include "domain/trace.hpp"
#include "net/wire/agent.hpp"
#include "net/wire/task.hpp"

#include <boost/describe/class.hpp>

#include <optional>
#include <string>
#include <vector>

namespace holdfast::app {

struct retention_rules {
    std::optional<int> keep_last, keep_hourly, keep_daily, keep_weekly, keep_monthly, keep_yearly;
    std::optional<std::string> keep_within;
};

BOOST_DESCRIBE_STRUCT(retention_rules, (),
                      (keep_last, keep_hourly, keep_daily, keep_weekly, keep_monthly, keep_yearly,
                       keep_within))

struct execution_limits {
    std::optional<int> parallelism;          // connections to the repository
    std::optional<int> bandwidth_limit_kbps; // KiB/s, in spite of its name
    std::optional<int> timeout_seconds;
};

BOOST_DESCRIBE_STRUCT(execution_limits, (), (parallelism, bandwidth_limit_kbps, timeout_seconds))

// A task.
struct order {
    holdfast::task_id task_id;
    holdfast::policy_id policy_id;
    holdfast::task_type task_type = holdfast::task_type::backup;
    std::string repository;
    std::optional<std::vector<std::string>> include_paths;
    std::optional<std::vector<std::string>> exclude_paths;
    std::optional<retention_rules> retention;
    std::optional<execution_limits> execution_params;
    int attempt = 0;
};

BOOST_DESCRIBE_STRUCT(order, (),
                      (task_id, policy_id, task_type, repository, include_paths, exclude_paths, retention,
                       execution_params, attempt))

// Of the attempt: in its calls, in the log lines about it, and for its hooks.
[[nodiscard]] inline std::string traceparent_of(const order& task) {
    return holdfast::traceparent_of(task.task_id, task.attempt);
}

struct poll_answer {
    std::vector<order> tasks;
    std::optional<std::vector<task_id>> cancel_tasks;
};

BOOST_DESCRIBE_STRUCT(poll_answer, (), (tasks, cancel_tasks))

struct registered {
    holdfast::agent_id agent_id;
    std::optional<std::string> token;
};

BOOST_DESCRIBE_STRUCT(registered, (), (agent_id, token))

struct progress_answer {
    bool cancel_requested = false;
};

BOOST_DESCRIBE_STRUCT(progress_answer, (), (cancel_requested))

struct log_answer {
    std::int32_t size = 0;
};

BOOST_DESCRIBE_STRUCT(log_answer, (), (size))

struct heartbeat_answer {
    std::optional<std::int64_t> next_task_check_after_seconds;
    std::optional<std::vector<task_id>> cancel_tasks;
};

BOOST_DESCRIBE_STRUCT(heartbeat_answer, (), (next_task_check_after_seconds, cancel_tasks))

// What became of one attempt.
using report = net::wire::result_body;

} // namespace holdfast::app
