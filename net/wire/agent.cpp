#include "net/wire/agent.hpp"

#include "net/json/write.hpp"

namespace holdfast::net::wire {

result<agent_change> change_from(agent_patch_body given, instant now) {
    agent_change wanted;
    wanted.asked.text = json::to_text(given);
    wanted.max_tasks = given.max_concurrent_tasks;
    if (given.max_concurrent_tasks_by_type) {
        // null: of no type.
        static constexpr limits_by_type<change_of<int>> none{std::optional<int>(), std::optional<int>(),
                                                             std::optional<int>()};
        const auto& limits = given.max_concurrent_tasks_by_type->value_or(none);
        wanted.max_backups = limits.backup;
        wanted.max_checks = limits.check;
        wanted.max_prunes = limits.prune;
    }
    wanted.paused = given.paused;
    wanted.paused_until = given.paused_until;
    wanted.pause_note = std::move(given.pause_note);
    std::vector<field_error> wrong = check(wanted, now);
    if (!wrong.empty()) return invalid(std::move(wrong));
    return wanted;
}

agent_view view_of(agent from) {
    agent_view to{.agent_id = from.id,
                  .hostname = std::move(from.hostname),
                  .status = from.online ? "online" : "offline",
                  .os = std::move(from.details.os),
                  .arch = std::move(from.details.arch),
                  .version = std::move(from.details.version),
                  .ip = std::move(from.details.ip),
                  .metadata = std::move(from.details.metadata),
                  .registered_at = from.registered_at,
                  .updated_at = from.updated_at,
                  .last_seen_at = from.last_seen_at,
                  .uptime_seconds = from.uptime_seconds,
                  .disks = std::move(from.disks),
                  .last_backup_status = std::move(from.last_backup_status),
                  .tasks_running = from.tasks_running,
                  .running_tasks = std::nullopt,
                  .max_concurrent_tasks = from.control.limits.tasks,
                  .max_concurrent_tasks_by_type = {from.control.limits.backups, from.control.limits.checks,
                                                   from.control.limits.prunes},
                  .paused = from.control.pause.has_value(),
                  .paused_until = std::nullopt,
                  .pause_note = std::nullopt,
                  .duplicate_identity = from.duplicate_identity};
    if (from.control.pause) {
        to.paused_until = from.control.pause->until;
        to.pause_note = std::move(from.control.pause->note);
    }
    return to;
}

agent_view view_of_one(agent from) {
    std::vector<task_id> running = std::move(from.running);
    agent_view to = view_of(std::move(from));
    to.running_tasks = std::move(running);
    return to;
}

} // namespace holdfast::net::wire
