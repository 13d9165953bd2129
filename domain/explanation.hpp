// Why a task is where it is: pure rules, the same that the assignment follows, in words.
#pragma once

#include "domain/agent.hpp"
#include "domain/task.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast {

// A task that has the repository, or comes before this one in claiming it.
struct repository_holder {
    task_id task;
    agent_id agent;
    task_type type = task_type::backup;
    bool waits = false; // it does not run yet, but it is next
};

// A transition of a task, as it was written down with it.
struct task_event_entry {
    instant at;
    std::string event;
    std::optional<std::string> from; // absent: it was made
    std::string to;
    int attempt = 0;
    std::string by; // the kind of the token, or "server"
    std::optional<std::string> token;
    std::optional<std::string> request;
};

// What stands around a task.
struct surroundings {
    instant now; // the database's clock
    std::optional<std::string> release_reason;
    int held = 0; // tasks that its agent has at the moment
    int held_of_type = 0;
    int ahead = 0; // of this agent: due, and before it in the order
    std::vector<repository_holder> holders;
    std::vector<task_event_entry> history; // oldest first; of a long one the first entry and the last ones
};

struct reason {
    std::string_view code; // stable, for programs
    std::string detail;    // a sentence for people
    std::optional<instant> since = {};
    std::optional<instant> until = {};
    std::optional<task_id> task = {};
    std::optional<agent_id> agent = {};
};

// `whose`: nothing when the agent was deleted. Never empty. Of several reasons that hold a pending task back
// all are given, in the order in which an operator would look at them.
[[nodiscard]] std::vector<reason> explain(const task& of, const std::optional<agent>& whose,
                                          bool policy_enabled, const surroundings& around);

} // namespace holdfast
