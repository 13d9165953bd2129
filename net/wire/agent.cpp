#include "net/wire/agent.hpp"

namespace holdfast::net::wire {

agent_view view_of(agent from) {
    return {.agent_id = from.id,
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
            .duplicate_identity = from.duplicate_identity};
}

} // namespace holdfast::net::wire
