// The task state machine: one table. The guards of the SQL statements follow it, and a test walks random
// histories against both.
#pragma once

#include "domain/result.hpp"
#include "domain/task.hpp"

#include <optional>
#include <span>
#include <string_view>

namespace holdfast {

enum class task_event : std::uint8_t {
    offer,         // handed to a poll
    offer_again,   // the same session asks anew: its last answer was lost
    offer_lapsed,  // nobody acknowledged within the offer lease
    give_back,     // the answer could not be delivered
    acknowledge,   // the agent starts
    run_lapsed,    // the agent went silent: the run lease ended; a failed attempt
    succeed,       // the agent reports completion
    fail,          // the agent reports failure
    fail_for_good, // … of a kind that no retry mends
    release,       // the agent hands it back; no attempt spent
    cancel,        // an operator
    retry,         // an operator: all attempts anew, or the end of a delay
};

inline constexpr task_event last_task_event = task_event::retry;

// When a row of the table holds: always, or by whether this failure leaves an attempt.
enum class attempts_guard : std::uint8_t { any, left, used_up };

struct transition {
    task_state from;
    task_event event;
    attempts_guard guard;
    task_state to;
};

[[nodiscard]] std::span<const transition> transitions();

// Where `event` leads; nothing when the state does not allow it.
[[nodiscard]] std::optional<task_state> next_state(const task& now, task_event event);

// What the agent's report of a finished attempt says.
enum class outcome : std::uint8_t { completed, failed };

// Why an attempt failed; `permission` is the one that no retry mends.
enum class error_category : std::uint8_t { network, transient, permission, repository, unknown };

[[nodiscard]] std::string_view name_of(error_category category);
[[nodiscard]] std::optional<error_category> error_category_from(std::string_view name);

// From restic's own words, where the agent names no category.
[[nodiscard]] error_category classify(std::string_view error_message);

[[nodiscard]] inline bool mended_by_retry(error_category category) {
    return category != error_category::permission;
}

// What a statement found where it could change nothing: enough to tell a repetition from a contradiction.
struct standing {
    task_state state = task_state::pending;
    int attempt = 0;
    bool last_attempt_failed = false; // the last attempt ended in a failure that the agent itself reported
};

// The state machine's refusals in words. Nothing: the request is a repetition, and the answer is the same
// again.
[[nodiscard]] std::optional<failure> refuse_acknowledge(const standing& found, std::optional<int> attempt);
[[nodiscard]] std::optional<failure> refuse_finish(const standing& found, std::optional<int> attempt,
                                                   outcome said);
// A task that was cancelled meanwhile is no refusal: the answer says so.
[[nodiscard]] std::optional<failure> refuse_progress(const standing& found, std::optional<int> attempt);
// A piece of the attempt's log.
[[nodiscard]] std::optional<failure> refuse_log(const standing& found, std::optional<int> attempt);
[[nodiscard]] std::optional<failure> refuse_cancel(task_state found);
[[nodiscard]] std::optional<failure> refuse_retry(task_state found);
[[nodiscard]] std::optional<failure> refuse_release(const standing& found, std::optional<int> attempt);

} // namespace holdfast
