#include "domain/explanation.hpp"

#include <utility>

namespace holdfast {
namespace {

std::string named(const std::optional<agent>& whose) {
    return whose ? "the agent " + whose->hostname : "the agent";
}

std::string tasks_in_words(int count) {
    return count == 1 ? "one task" : std::to_string(count) + " tasks";
}

void explain_time(const task& of, const surroundings& around, std::vector<reason>& into) {
    if (of.scheduled_for && *of.scheduled_for > around.now)
        into.push_back({.code = "not_due",
                        .detail = "it is not due before its scheduled time",
                        .until = *of.scheduled_for});
    if (!of.not_before || *of.not_before <= around.now) return;
    if (around.release_reason) {
        const std::string why = around.release_reason->empty() ? "" : ": " + *around.release_reason;
        into.push_back({.code = "released",
                        .detail = "the agent gave it back for a while" + why,
                        .until = *of.not_before});
    } else {
        into.push_back({.code = "retry_delay",
                        .detail = "its last attempt failed, and the next one waits for its delay" +
                                  (of.error_message ? ": " + *of.error_message : ""),
                        .until = *of.not_before});
    }
}

void explain_agent(const task& of, const std::optional<agent>& whose, std::vector<reason>& into) {
    if (!whose) {
        into.push_back({.code = "agent_deleted", .detail = "its agent was deleted", .agent = of.agent});
        return;
    }
    if (const auto& pause = whose->control.pause)
        into.push_back({.code = "agent_paused",
                        .detail = named(whose) + " is paused" + (pause->note ? ": " + *pause->note : ""),
                        .since = pause->since,
                        .until = pause->until,
                        .agent = of.agent});
    if (whose->online) return;
    into.push_back({.code = "agent_offline",
                    .detail = whose->last_seen_at ? named(whose) + " has not been heard of lately"
                                                  : named(whose) + " has never asked for tasks",
                    .since = whose->last_seen_at,
                    .agent = of.agent});
}

std::optional<int> limit_of_type(const agent_limits& limits, task_type type) {
    switch (type) {
    case task_type::backup: return limits.backups;
    case task_type::check: return limits.checks;
    case task_type::prune: return limits.prunes;
    }
    return std::nullopt;
}

void explain_limits(const task& of, const agent& whose, const surroundings& around,
                    std::vector<reason>& into) {
    const agent_limits& limits = whose.control.limits;
    if (limits.tasks && around.held >= *limits.tasks)
        into.push_back({.code = "agent_limit",
                        .detail = "its agent has " + tasks_in_words(around.held) +
                                  " at the moment and may have " + std::to_string(*limits.tasks),
                        .agent = of.agent});
    const auto of_type = limit_of_type(limits, of.type);
    if (of_type && around.held_of_type >= *of_type)
        into.push_back({.code = "agent_limit",
                        .detail = "its agent has " + tasks_in_words(around.held_of_type) + " of type " +
                                  std::string(name_of(of.type)) + " at the moment and may have " +
                                  std::to_string(*of_type),
                        .agent = of.agent});
}

void explain_repository(const surroundings& around, std::vector<reason>& into) {
    for (const repository_holder& each : around.holders)
        into.push_back({.code = each.waits ? "repository_claimed" : "repository_busy",
                        .detail = each.waits
                                      ? "a " + std::string(name_of(each.type)) +
                                            " that came earlier waits for the same repository and is next"
                                      : "a " + std::string(name_of(each.type)) + " has the same repository",
                        .task = each.task,
                        .agent = each.agent});
}

std::vector<reason> explain_pending(const task& of, const std::optional<agent>& whose, bool policy_enabled,
                                    const surroundings& around) {
    std::vector<reason> out;
    explain_time(of, around, out);
    explain_agent(of, whose, out);
    if (!policy_enabled)
        out.push_back(
            {.code = "policy_disabled", .detail = "its policy is not enabled; tasks of it are held back"});
    if (whose) explain_limits(of, *whose, around, out);
    explain_repository(around, out);
    if (out.empty() && around.ahead > 0)
        out.push_back({.code = "behind_others",
                       .detail = tasks_in_words(around.ahead) + " of the same agent come first",
                       .agent = of.agent});
    if (out.empty())
        out.push_back(
            {.code = "ready",
             .detail = "nothing holds it back: " + named(whose) + " gets it when it next asks for tasks",
             .agent = of.agent});
    return out;
}

reason explain_end(const task& of) {
    const std::string why = of.error_message ? ": " + *of.error_message : "";
    switch (of.state) {
    case task_state::completed:
        return {.code = "completed", .detail = "it is done", .since = of.completed_at};
    case task_state::cancelled:
        return {.code = "cancelled", .detail = "an operator cancelled it", .since = of.completed_at};
    default: break;
    }
    if (of.failures >= of.max_attempts)
        return {.code = "attempts_used_up",
                .detail = "it failed " + std::to_string(of.failures) + " of " +
                          std::to_string(of.max_attempts) + " times" + why,
                .since = of.completed_at};
    return {.code = "permanent_failure",
            .detail = "it failed for a reason that no retry mends" + why,
            .since = of.completed_at};
}

} // namespace

std::vector<reason> explain(const task& of, const std::optional<agent>& whose, bool policy_enabled,
                            const surroundings& around) {
    switch (of.state) {
    case task_state::pending: return explain_pending(of, whose, policy_enabled, around);
    case task_state::assigned:
        return {{.code = "awaiting_acknowledgement",
                 .detail = named(whose) +
                           " was handed it and has not acknowledged it yet; after its lease it is "
                           "handed out again",
                 .since = of.assigned_at,
                 .until = of.lease_until,
                 .agent = of.agent}};
    case task_state::in_progress:
        return {{.code = "running",
                 .detail = named(whose) + " works on it; its lease is renewed whenever the agent is heard of",
                 .since = of.acknowledged_at,
                 .until = of.lease_until,
                 .agent = of.agent}};
    default: return {explain_end(of)};
    }
}

} // namespace holdfast
