#include "net/wire/task.hpp"

#include "domain/repository.hpp"

namespace holdfast::net::wire {
namespace {

void fill(agent_task& to, task& from) {
    to.task_id = from.id;
    to.policy_id = from.policy;
    to.task_type = from.type;
    to.repository = std::move(from.what.repository);
    if (!from.what.include_paths.empty()) to.include_paths = std::move(from.what.include_paths);
    if (!from.what.exclude_paths.empty()) to.exclude_paths = std::move(from.what.exclude_paths);
    to.retention = std::move(from.what.retention);
    to.execution_params = std::move(from.what.execution_params);
    to.created_at = from.created_at;
    to.scheduled_for = from.scheduled_for;
    to.status = from.state;
    to.attempt = from.attempt;
    to.assigned_at = from.assigned_at;
    to.lease_expires_at = from.lease_until;
}

} // namespace

agent_task for_agent(task from) {
    agent_task out;
    fill(out, from);
    return out;
}

operator_task for_operator(task from, bool mask_secrets) {
    operator_task out;
    fill(out, from);
    if (mask_secrets) out.repository = masked_repository(out.repository);
    out.agent_id = from.agent;
    out.failures = from.failures;
    out.max_attempts = from.max_attempts;
    out.acknowledged_at = from.acknowledged_at;
    out.started_at = from.acknowledged_at;
    out.completed_at = from.completed_at;
    if (from.state == task_state::pending) out.next_attempt_at = from.not_before;
    out.error_message = std::move(from.error_message);
    out.error_category = std::move(from.error_category);
    out.duration_seconds = from.duration_seconds;
    out.snapshot_id = std::move(from.snapshot_id);
    out.statistics = std::move(from.statistics);
    out.progress = std::move(from.progress);
    out.progress_at = from.progress_at;
    return out;
}

} // namespace holdfast::net::wire
