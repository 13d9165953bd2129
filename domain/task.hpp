// A task: what an agent is told to do, and where it stands.
#pragma once

#include "domain/id.hpp"
#include "domain/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast {

enum class task_type : std::uint8_t { backup, check, prune };

[[nodiscard]] std::string_view name_of(task_type type);
[[nodiscard]] std::optional<task_type> task_type_from(std::string_view name);

enum class task_state : std::uint8_t { pending, assigned, in_progress, completed, failed, cancelled };

inline constexpr task_state last_task_state = task_state::cancelled;

// "pending", "assigned", "in-progress", "completed", "failed", "cancelled": on the wire and in the database.
[[nodiscard]] std::string_view name_of(task_state state);
[[nodiscard]] std::optional<task_state> task_state_from(std::string_view name);

// A set of types, as bits; the database gets it as an integer's bits too.
struct task_types {
    std::uint8_t bits = 0b111;

    static constexpr task_types none() { return {0}; }

    void add(task_type type) { bits = static_cast<std::uint8_t>(bits | (1U << static_cast<unsigned>(type))); }

    [[nodiscard]] bool contains(task_type type) const {
        return ((bits >> static_cast<unsigned>(type)) & 1U) != 0;
    }

    friend bool operator==(const task_types&, const task_types&) = default;
};

// A JSON object that the domain passes on unread (retention, execution parameters, statistics).
struct document {
    std::string text;
    friend bool operator==(const document&, const document&) = default;
};

// What to do: copied from the policy when the task is made, so that later changes don't touch it.
struct work {
    std::string repository; // restic's own repository string; may hold a password: never logged
    std::vector<std::string> include_paths;
    std::vector<std::string> exclude_paths;
    std::optional<document> retention;
    std::optional<document> execution_params;
};

struct task {
    task_id id;
    agent_id agent;
    policy_id policy;
    task_type type = task_type::backup;
    work what;
    task_state state = task_state::pending;
    int attempt = 0;  // number of the present or last offer; 0: never offered
    int failures = 0; // failed attempts; what max_attempts is held against
    int max_attempts = 3;
    instant created_at;
    std::optional<instant> scheduled_for;
    std::optional<instant>
        not_before; // pending, and not to be offered before (retry delay, or as asked on release)
    std::optional<instant> assigned_at;
    std::optional<instant> lease_until;
    std::optional<instant> acknowledged_at;
    std::optional<instant> completed_at;
    std::optional<std::string> error_message;
    std::optional<std::string> error_category;
    std::optional<double> duration_seconds;
    std::optional<std::string> snapshot_id;
    std::optional<document> statistics;
    std::optional<document> progress; // of the present or last attempt, as its agent told it
    std::optional<instant> progress_at;
};

} // namespace holdfast
