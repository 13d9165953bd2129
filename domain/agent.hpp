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

// Tasks that an agent has at a time; nothing: as many as it asks for.
struct agent_limits {
    std::optional<int> tasks;
    std::optional<int> backups;
    std::optional<int> checks;
    std::optional<int> prunes;

    friend bool operator==(const agent_limits&, const agent_limits&) = default;
};

// An agent that is paused is handed no tasks. A pause whose end has passed is none.
struct agent_pause {
    instant since;
    std::optional<instant> until;
    std::optional<std::string> note;

    friend bool operator==(const agent_pause&, const agent_pause&) = default;
};

// What operators set.
struct agent_control {
    agent_limits limits;
    std::optional<agent_pause> pause;

    friend bool operator==(const agent_control&, const agent_control&) = default;
};

struct agent {
    agent_id id;
    std::string hostname;
    agent_details details;
    agent_control control;
    instant registered_at;
    instant updated_at;
    std::optional<instant> last_seen_at; // last poll or heartbeat
    bool online = false;                 // not silent for longer than timing::silence_max()
    std::optional<std::int64_t> uptime_seconds;
    std::optional<std::string> last_backup_status;
    std::optional<document> disks; // array of {mountPath, freeBytes, totalBytes}
    int tasks_running = 0;
    std::vector<task_id> running;    // what these are, where one agent was asked for
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
