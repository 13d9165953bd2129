// Tasks as they go over the wire. Member names in snake_case become lowerCamelCase there.
#pragma once

#include "domain/stores.hpp"
#include "domain/task.hpp"
#include "net/json/names.hpp"

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <vector>

namespace holdfast::net::wire {

// As an agent gets it.
struct agent_task {
    holdfast::task_id task_id;
    holdfast::policy_id policy_id;
    holdfast::task_type task_type = holdfast::task_type::backup;
    std::string repository;
    std::optional<std::vector<std::string>> include_paths;
    std::optional<std::vector<std::string>> exclude_paths;
    std::optional<document> retention;
    std::optional<document> execution_params;
    instant created_at;
    std::optional<instant> scheduled_for;
    task_state status = task_state::pending;
    int attempt = 0;
    std::optional<instant> assigned_at;
    std::optional<instant> lease_expires_at;
};

BOOST_DESCRIBE_STRUCT(agent_task, (),
                      (task_id, policy_id, task_type, repository, include_paths, exclude_paths, retention,
                       execution_params, created_at, scheduled_for, status, attempt, assigned_at,
                       lease_expires_at))

// As operators see it.
struct operator_task : agent_task {
    holdfast::agent_id agent_id;
    int failures = 0;
    int max_attempts = 0;
    std::optional<instant> acknowledged_at;
    std::optional<instant> started_at;
    std::optional<instant> completed_at;
    std::optional<instant> next_attempt_at;
    std::optional<std::string> error_message;
    std::optional<std::string> error_category;
    std::optional<double> duration_seconds;
    std::optional<std::string> snapshot_id;
    std::optional<document> statistics;
    std::optional<document> progress;
    std::optional<instant> progress_at;
};

BOOST_DESCRIBE_STRUCT(operator_task, (agent_task),
                      (agent_id, failures, max_attempts, acknowledged_at, started_at, completed_at,
                       next_attempt_at, error_message, error_category, duration_seconds, snapshot_id,
                       statistics, progress, progress_at))

[[nodiscard]] agent_task for_agent(task from);
[[nodiscard]] operator_task for_operator(task from, bool mask_secrets);

struct poll_answer {
    std::vector<agent_task> tasks;
    std::size_t count = 0;
    std::optional<std::vector<holdfast::task_id>> cancel_tasks;
};

BOOST_DESCRIBE_STRUCT(poll_answer, (), (tasks, count, cancel_tasks))

struct attempt_only {
    std::optional<int> attempt;
};

BOOST_DESCRIBE_STRUCT(attempt_only, (), (attempt))

struct progress_body {
    std::optional<int> attempt;
    std::optional<double> percent_done;
    std::optional<std::int64_t> bytes_done, total_bytes, files_done, total_files;
    std::optional<std::string> message;
};

BOOST_DESCRIBE_STRUCT(progress_body, (),
                      (attempt, percent_done, bytes_done, total_bytes, files_done, total_files, message))

struct progress_answer {
    instant lease_expires_at;
    bool cancel_requested = false;
};

BOOST_DESCRIBE_STRUCT(progress_answer, (), (lease_expires_at, cancel_requested))

struct acknowledged {
    std::string_view status = "acknowledged";
    holdfast::task_id task_id;
    instant acknowledged_at;
    std::string_view message;
};

BOOST_DESCRIBE_STRUCT(acknowledged, (), (status, task_id, acknowledged_at, message))

struct log_piece_body {
    std::optional<int> attempt;
    std::int32_t offset = 0;
    std::string text;
};

BOOST_DESCRIBE_STRUCT(log_piece_body, (), (attempt, offset, text))

struct log_standing {
    holdfast::task_id task_id;
    int attempt = 0;
    std::int32_t size = 0;
};

BOOST_DESCRIBE_STRUCT(log_standing, (), (task_id, attempt, size))

struct result_body {
    std::optional<int> attempt;
    outcome status = outcome::completed;
    std::optional<std::string> error_message;
    std::optional<holdfast::error_category> error_category;
    std::optional<double> duration_seconds;
    std::optional<std::string> snapshot_id;
    std::optional<boost::json::object> statistics;
    std::optional<std::string> log;
};

BOOST_DESCRIBE_STRUCT(result_body, (),
                      (attempt, status, error_message, error_category, duration_seconds, snapshot_id,
                       statistics, log))

// As restic-monitor's agents send a result: policy and type are theirs to repeat, ours to ignore.
struct legacy_result_body {
    holdfast::task_id task_id;
    outcome status = outcome::completed;
    std::optional<double> duration_seconds;
    std::optional<std::string> log;
    std::optional<std::string> snapshot_id;
    std::optional<std::string> error_message;
};

BOOST_DESCRIBE_STRUCT(legacy_result_body, (),
                      (task_id, status, duration_seconds, log, snapshot_id, error_message))

struct release_body {
    std::optional<int> attempt;
    std::optional<std::string> reason;
    std::optional<int> retry_after_seconds;
};

BOOST_DESCRIBE_STRUCT(release_body, (), (attempt, reason, retry_after_seconds))

struct task_standing {
    task_state status = task_state::pending;
    holdfast::task_id task_id;
    std::optional<instant> next_attempt_at;
};

BOOST_DESCRIBE_STRUCT(task_standing, (), (status, task_id, next_attempt_at))

struct task_input {
    holdfast::agent_id agent_id;
    holdfast::policy_id policy_id;
    holdfast::task_type task_type = holdfast::task_type::backup;
    std::optional<instant> scheduled_for;
    std::optional<int> max_attempts;
    std::optional<boost::json::value> repository;
    std::optional<std::vector<std::string>> include_paths;
    std::optional<std::vector<std::string>> exclude_paths;
    std::optional<boost::json::value> retention;
    std::optional<boost::json::value> execution_params;
};

BOOST_DESCRIBE_STRUCT(task_input, (),
                      (agent_id, policy_id, task_type, scheduled_for, max_attempts, repository, include_paths,
                       exclude_paths, retention, execution_params))

struct task_inputs {
    std::vector<task_input> tasks;
};

BOOST_DESCRIBE_STRUCT(task_inputs, (), (tasks))

struct created_tasks {
    std::vector<operator_task> tasks;
    std::size_t count = 0;
};

BOOST_DESCRIBE_STRUCT(created_tasks, (), (tasks, count))

} // namespace holdfast::net::wire

namespace holdfast::net::json {

template <> struct enum_names<task_type> {
    static constexpr std::array<std::pair<task_type, std::string_view>, 3> all{
        {{task_type::backup, "backup"}, {task_type::check, "check"}, {task_type::prune, "prune"}}};
};

template <> struct enum_names<task_state> {
    static constexpr std::array<std::pair<task_state, std::string_view>, 6> all{
        {{task_state::pending, "pending"},
         {task_state::assigned, "assigned"},
         {task_state::in_progress, "in-progress"},
         {task_state::completed, "completed"},
         {task_state::failed, "failed"},
         {task_state::cancelled, "cancelled"}}};
};

template <> struct enum_names<outcome> {
    static constexpr std::array<std::pair<outcome, std::string_view>, 4> all{
        {{outcome::completed, "completed"},
         {outcome::failed, "failed"},
         {outcome::completed, "success"},
         {outcome::failed, "failure"}}};
};

template <> struct enum_names<error_category> {
    static constexpr std::array<std::pair<error_category, std::string_view>, 5> all{
        {{error_category::network, "network"},
         {error_category::transient, "transient"},
         {error_category::permission, "permission"},
         {error_category::repository, "repository"},
         {error_category::unknown, "unknown"}}};
};

} // namespace holdfast::net::json
