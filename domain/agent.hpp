// An agent: one machine that is backed up.
#pragma once

#include "domain/id.hpp"
#include "domain/task.hpp"
#include "domain/time.hpp"

#include <optional>
#include <string>
#include <vector>

namespace holdfast {

struct agent_details {
    std::string os;
    std::string arch;
    std::string version;
    std::string ip;
    std::optional<document> metadata;
};

struct agent {
    agent_id id;
    std::string hostname;
    agent_details details;
    instant registered_at;
    instant updated_at;
    std::optional<instant> last_seen_at; // last poll or heartbeat
    bool online = false;                 // seen within three heartbeats
    std::optional<std::int64_t> uptime_seconds;
    std::optional<std::string> last_backup_status;
    std::optional<document> disks; // array of {mountPath, freeBytes, totalBytes}
    int tasks_running = 0;
    bool duplicate_identity = false; // two sessions at the same time from two addresses
};

struct heartbeat {
    agent_id agent;
    agent_details details; // empty members stay as they were
    std::optional<std::int64_t> uptime_seconds;
    std::optional<std::string> last_backup_status;
    std::optional<document> disks;
    std::optional<std::vector<task_id>> running_tasks; // absent: every task in progress is renewed
};

} // namespace holdfast
