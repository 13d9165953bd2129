// Agents as they go over the wire.
#pragma once

#include "domain/agent_rules.hpp"
#include "net/json/names.hpp"

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>
#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <vector>

namespace holdfast::net::wire {

struct registration_body {
    std::string hostname;
    std::optional<std::string> os, arch, version, ip, auth_token;
    std::optional<boost::json::object> metadata;
};

BOOST_DESCRIBE_STRUCT(registration_body, (), (hostname, os, arch, version, ip, auth_token, metadata))

struct registration_answer {
    holdfast::agent_id agent_id;
    std::string hostname;
    std::string_view status;
    instant registered_at;
    instant updated_at;
    std::string_view message;
    std::optional<std::string> token;
};

BOOST_DESCRIBE_STRUCT(registration_answer, (),
                      (agent_id, hostname, status, registered_at, updated_at, message, token))

struct disk {
    std::string mount_path;
    std::int64_t free_bytes = 0;
    std::int64_t total_bytes = 0;
};

BOOST_DESCRIBE_STRUCT(disk, (), (mount_path, free_bytes, total_bytes))

enum class backup_status : std::uint8_t { success, failure, none, running };
BOOST_DESCRIBE_ENUM(backup_status, success, failure, none, running)

struct heartbeat_body {
    std::optional<std::string> version, agent_version, os, platform, arch, architecture;
    std::optional<std::int64_t> uptime_seconds;
    std::optional<std::vector<disk>> disks;
    std::optional<backup_status> last_backup_status;
    std::optional<std::vector<task_id>> running_tasks;
};

BOOST_DESCRIBE_STRUCT(heartbeat_body, (),
                      (version, agent_version, os, platform, arch, architecture, uptime_seconds, disks,
                       last_backup_status, running_tasks))

struct heartbeat_answer {
    std::string_view status = "ok";
    std::int64_t next_task_check_after_seconds = 0;
    std::vector<task_id> cancel_tasks;
};

BOOST_DESCRIBE_STRUCT(heartbeat_answer, (), (status, next_task_check_after_seconds, cancel_tasks))

template <class Limit> struct limits_by_type { Limit backup, check, prune; };

BOOST_DESCRIBE_STRUCT(limits_by_type<std::optional<int>>, (), (backup, check, prune))
BOOST_DESCRIBE_STRUCT(limits_by_type<change_of<int>>, (), (backup, check, prune))

struct agent_patch_body {
    change_of<int> max_concurrent_tasks;
    change_of<limits_by_type<change_of<int>>> max_concurrent_tasks_by_type;
    std::optional<bool> paused;
    change_of<instant> paused_until;
    change_of<std::string> pause_note;
};

BOOST_DESCRIBE_STRUCT(agent_patch_body, (),
                      (max_concurrent_tasks, max_concurrent_tasks_by_type, paused, paused_until, pause_note))

// errc::invalid with a pointer for everything that is wrong.
[[nodiscard]] result<agent_change> change_from(agent_patch_body given, instant now);

struct agent_view {
    holdfast::agent_id agent_id;
    std::string hostname;
    std::string_view status;
    std::string os, arch, version, ip;
    std::optional<document> metadata;
    instant registered_at;
    instant updated_at;
    std::optional<instant> last_seen_at;
    std::optional<std::int64_t> uptime_seconds;
    std::optional<document> disks;
    std::optional<std::string> last_backup_status;
    int tasks_running = 0;
    std::optional<std::vector<task_id>> running_tasks; // where one agent was asked for
    std::optional<int> max_concurrent_tasks;
    limits_by_type<std::optional<int>> max_concurrent_tasks_by_type;
    bool paused = false;
    std::optional<instant> paused_until;
    std::optional<std::string> pause_note;
    bool duplicate_identity = false;
};

BOOST_DESCRIBE_STRUCT(agent_view, (),
                      (agent_id, hostname, status, os, arch, version, ip, metadata, registered_at, updated_at,
                       last_seen_at, uptime_seconds, disks, last_backup_status, tasks_running, running_tasks,
                       max_concurrent_tasks, max_concurrent_tasks_by_type, paused, paused_until, pause_note,
                       duplicate_identity))

[[nodiscard]] agent_view view_of(agent from);
// With the ids of what it runs.
[[nodiscard]] agent_view view_of_one(agent from);

} // namespace holdfast::net::wire
