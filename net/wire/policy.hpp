// Policies as they go over the wire.
#pragma once

#include "domain/policy.hpp"
#include "domain/result.hpp"
#include "net/json/names.hpp"
#include "net/wire/task.hpp"

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>
#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <vector>

namespace holdfast::net::wire {

enum class overlap : std::uint8_t { skip, queue };
BOOST_DESCRIBE_ENUM(overlap, skip, queue)

enum class on_missed : std::uint8_t { once, skip };
BOOST_DESCRIBE_ENUM(on_missed, once, skip)

struct policy_body {
    std::string name;
    std::optional<std::string> description;
    std::string schedule;
    std::optional<std::string> check_schedule, prune_schedule, timezone;
    std::optional<int> spread_seconds;
    std::optional<wire::overlap> overlap;
    std::optional<wire::on_missed> on_missed;
    std::optional<int> min_gap_seconds;
    std::optional<std::int64_t> max_age_seconds;
    std::vector<std::string> include_paths;
    std::optional<std::vector<std::string>> exclude_paths;
    boost::json::value repository;
    std::optional<boost::json::value> retention, execution_params;
    std::optional<int> max_attempts;
    std::optional<bool> enabled;
};

BOOST_DESCRIBE_STRUCT(policy_body, (),
                      (name, description, schedule, check_schedule, prune_schedule, timezone, spread_seconds,
                       overlap, on_missed, min_gap_seconds, max_age_seconds, include_paths, exclude_paths,
                       repository, retention, execution_params, max_attempts, enabled))

// errc::invalid with a pointer for everything that is wrong.
[[nodiscard]] result<policy> policy_from(policy_body given);

struct policy_view {
    holdfast::policy_id policy_id;
    std::string name;
    std::optional<std::string> description;
    std::string schedule;
    std::optional<std::string> check_schedule, prune_schedule;
    std::string timezone;
    int spread_seconds = 0;
    std::string overlap, on_missed;
    int min_gap_seconds = 0;
    std::optional<std::int64_t> max_age_seconds;
    std::vector<std::string> include_paths, exclude_paths;
    document repository; // as it was given: a string or an object
    std::optional<document> retention, execution_params;
    int max_attempts = 0;
    bool enabled = true;
    instant created_at;
    instant updated_at;
};

BOOST_DESCRIBE_STRUCT(policy_view, (),
                      (policy_id, name, description, schedule, check_schedule, prune_schedule, timezone,
                       spread_seconds, overlap, on_missed, min_gap_seconds, max_age_seconds, include_paths,
                       exclude_paths, repository, retention, execution_params, max_attempts, enabled,
                       created_at, updated_at))

struct assigned_agent_view {
    holdfast::agent_id agent_id;
    std::string hostname;
    instant assigned_at;
};

BOOST_DESCRIBE_STRUCT(assigned_agent_view, (), (agent_id, hostname, assigned_at))

struct planned_run_view {
    holdfast::task_type task_type = holdfast::task_type::backup;
    instant at;
    std::string local;
};

BOOST_DESCRIBE_STRUCT(planned_run_view, (), (task_type, at, local))

struct next_runs_answer {
    std::vector<planned_run_view> items;
    std::string timezone;
    int spread_seconds = 0;
};

BOOST_DESCRIBE_STRUCT(next_runs_answer, (), (items, timezone, spread_seconds))

struct run_body {
    std::optional<holdfast::task_type> task_type;
    std::optional<std::vector<agent_id>> agent_ids;
};

BOOST_DESCRIBE_STRUCT(run_body, (), (task_type, agent_ids))

struct run_answer {
    std::vector<task_id> task_ids;
    std::size_t count = 0;
};

BOOST_DESCRIBE_STRUCT(run_answer, (), (task_ids, count))

[[nodiscard]] policy_view view_of(policy from, bool mask_secrets);

} // namespace holdfast::net::wire
