#include "app/cli/command_table.hpp"

#include "app/cli/commands.hpp"

namespace holdfast::app::cli {
namespace {

using net::verb;

constexpr noun_row nouns[] = {
    {"agents", "The machines that are backed up"},
    {"policies", "What is backed up, when and where to"},
    {"tasks", "What was done, is being done, is to be done"},
    {"tokens", "Who may call"},
    {"tenants", "Whose agents, policies, tasks and tokens they are"},
    {"context", "The servers that you work with"},
};

constexpr argument one_agent[] = {
    {"AGENT", "agentId", place::path, kind::agent, "Its hostname or id", true, true}};
constexpr argument one_policy[] = {
    {"POLICY", "policyId", place::path, kind::policy, "Its name or id", true, true}};
constexpr argument one_task[] = {{"TASK", "taskId", place::path, kind::text, "Its id", true, true}};

constexpr argument agents_list[] = {
    {"--online", "online", place::query, kind::text, "true or false: only those that are, or are not"},
    {"--paused", "paused", place::query, kind::text, "true or false: only those that are, or are not"},
    {"--hostname", "hostname", place::query, kind::text, "Only those with this in their hostname"},
};
constexpr argument agents_pause[] = {
    {"AGENT", "agentId", place::path, kind::agent, "Its hostname or id", true, true},
    {"--note", "pauseNote", place::body, kind::text, "Why, for those who wonder"},
    {"--until", "pausedUntil", place::body, kind::moment, "When it ends by itself"},
};
constexpr argument agents_delete[] = {
    {"AGENT", "agentId", place::path, kind::agent, "Its hostname or id", true, true},
    {"--force", "force", place::query, kind::flag, "Cancel its open tasks first"},
};
constexpr argument agents_limits[] = {
    {"AGENT", "agentId", place::path, kind::agent, "Its hostname or id", true, true},
    {"--tasks", "maxConcurrentTasks", place::body, kind::limit, "Tasks at a time, or none for no limit"},
    {"--backup", "maxConcurrentTasksByType.backup", place::body, kind::limit, "Of them backups"},
    {"--check", "maxConcurrentTasksByType.check", place::body, kind::limit, "Of them checks"},
    {"--prune", "maxConcurrentTasksByType.prune", place::body, kind::limit, "Of them prunes"},
};
constexpr argument policy_and_agent[] = {
    {"POLICY", "policyId", place::path, kind::policy, "Its name or id", true},
    {"AGENT", "agentId", place::path, kind::agent, "Its hostname or id", true, true},
};
constexpr argument policies_run[] = {
    {"POLICY", "policyId", place::path, kind::policy, "Its name or id", true, true},
    {"--type", "taskType", place::body, kind::text, "backup (as when left out), check or prune"},
    {"--agent", "agentIds", place::body, kind::agents, "For this agent alone; may be given several times"},
};
constexpr argument policies_next_runs[] = {
    {"POLICY", "policyId", place::path, kind::policy, "Its name or id", true, true},
    {"--count", "count", place::query, kind::number, "How many, up to 100"},
};
constexpr argument tasks_list[] = {
    {"--status", "status", place::query, kind::text,
     "pending, assigned, in-progress, completed, failed or cancelled"},
    {"--type", "taskType", place::query, kind::text, "backup, check or prune"},
    {"--agent", "agentId", place::query, kind::agent, "Only this agent's"},
    {"--policy", "policyId", place::query, kind::policy, "Only this policy's"},
};
constexpr argument tasks_run[] = {
    {"--agent", "agentId", place::body, kind::agent, "Who is to do it: a hostname or an id", true},
    {"--policy", "policyId", place::body, kind::policy, "What is to be done: a name or an id", true},
    {"--type", "taskType", place::body, kind::text, "backup (as when left out), check or prune"},
    {"--at", "scheduledFor", place::body, kind::moment, "Not before this"},
    {"--max-attempts", "maxAttempts", place::body, kind::number, "Then it has failed"},
};
constexpr argument tasks_log[] = {
    {"TASK", "taskId", place::command, kind::text, "Its id", true},
    {"--follow", "", place::command, kind::flag, "Go on until nothing more comes"},
    {"--attempt", "attempt", place::command, kind::number, "Of this attempt, instead of the latest"},
};
constexpr argument tasks_watch[] = {{"TASK", "taskId", place::command, kind::text, "Its id", true, true}};
constexpr argument freshness_list[] = {
    {"--state", "state", place::query, kind::text, "fresh, late, stale or never"},
    {"--agent", "agentId", place::query, kind::agent, "Only this agent's"},
    {"--policy", "policyId", place::query, kind::policy, "Only this policy's"},
};
constexpr argument tokens_list[] = {{"--agent", "agentId", place::query, kind::agent, "Only this agent's"}};
constexpr argument tokens_create[] = {
    {"--kind", "kind", place::body, kind::text, "admin, operator, viewer, enroll, agent or fleet", true},
    {"--name", "name", place::body, kind::text, "What it is called in lists", true},
    {"--agent", "agentId", place::body, kind::agent, "Whose it is, for the kind agent"},
    {"--expires", "expiresAt", place::body, kind::moment, "When it ends"},
    {"--max-uses", "maxUses", place::body, kind::number, "Agents that an enroll token may register"},
};
constexpr argument one_token[] = {{"TOKEN", "tokenId", place::path, kind::text, "Its id", true, true}};
constexpr argument tenants_create[] = {
    {"--name", "name", place::body, kind::text, "What it is called", true}};
constexpr argument context_set[] = {
    {"NAME", "", place::command, kind::text, "What you call it", true},
};
constexpr argument context_name[] = {{"NAME", "", place::command, kind::text, "Which", true}};
constexpr argument apply_file[] = {
    {"--file,-f", "", place::command, kind::text, "The policies, in YAML; - is standard input", true},
    {"--dry-run", "", place::command, kind::flag, "Show what would change, and change nothing"},
    {"--yes,-y", "", place::command, kind::flag, "Don't ask"},
    {"--prune", "", place::command, kind::flag, "Delete the policies that the file does not name"},
};

constexpr column agents[] = {
    {"AGENT", "hostname", shown::whole},
    {"STATUS", "status"},
    {"SEEN", "lastSeenAt"},
    {"RUNNING", "tasksRunning"},
    {"PAUSED", "paused"},
    {"LAST BACKUP", "lastBackupStatus"},
    {"VERSION", "version"},
    {"ID", "agentId", shown::whole},
};
constexpr column policies[] = {
    // no repository: it may hold a password
    {"POLICY", "name", shown::whole}, {"SCHEDULE", "schedule"}, {"ENABLED", "enabled"},
    {"DESCRIPTION", "description"},   {"CHANGED", "updatedAt"}, {"ID", "policyId", shown::whole},
};
constexpr column policy_agents[] = {
    {"AGENT", "hostname", shown::whole}, {"ASSIGNED", "assignedAt"}, {"ID", "agentId", shown::whole}};
constexpr column next_runs[] = {{"TYPE", "taskType"}, {"RUNS", "at"}, {"LOCAL TIME", "local", shown::whole}};
constexpr column tasks[] = {
    {"TASK", "taskId", shown::whole},           {"TYPE", "taskType", shown::whole},
    {"STATUS", "status", shown::whole},         {"AGENT", "agentId", shown::agent_name},
    {"POLICY", "policyId", shown::policy_name}, {"MADE", "createdAt"},
    {"DONE", "progress.percentDone"},           {"ERROR", "errorMessage"},
};
constexpr column tokens[] = {
    {"TOKEN", "tokenId", shown::whole},
    {"KIND", "kind"},
    {"NAME", "name"},
    {"AGENT", "agentId", shown::agent_name},
    {"MADE", "createdAt"},
    {"EXPIRES", "expiresAt"},
    {"USES", "uses"},
};

constexpr column tenants[] = {
    {"TENANT", "name", shown::whole}, {"MADE", "createdAt"}, {"ID", "tenantId", shown::whole}};
constexpr column freshness[] = {
    {"POLICY", "policyName", shown::whole},
    {"AGENT", "hostname", shown::whole},
    {"STATE", "state"},
    {"LAST GOOD BACKUP", "lastSuccessAt"},
    {"DUE", "dueAt"},
};

constexpr std::size_t tasks_at_first = 50; // an installation has millions

// What a call answers with, and how it is shown.

constexpr command_call pages(const char* target, std::span<const column> columns, std::size_t most = 0) {
    return {verb::get, target, "", shape::pages, columns, "", most};
}

constexpr command_call items(const char* target, std::span<const column> columns) {
    return {verb::get, target, "", shape::items, columns};
}

constexpr command_call one(const char* target, std::span<const column> columns) {
    return {verb::get, target, "", shape::one, columns};
}

constexpr command_call change(verb method, const char* target, std::span<const column> columns,
                              const char* body = "") {
    return {method, target, body, shape::one, columns};
}

constexpr command_call no_body(verb method, const char* target, const char* sentence) {
    return {method, target, "", shape::none, {}, sentence};
}

constexpr command_row rows[] = {
    {"status", "", "How it goes: agents, tasks, late backups", {}, {}, show_status, true},
    {"backups", "", "How old the last good ones are", freshness_list, pages("/freshness", freshness)},

    {"agents", "list", "All of them", agents_list, pages("/agents", agents)},
    {"agents", "show", "One, with all that is known", one_agent, one("/agents/{}", agents)},
    {"agents", "pause", "Hand it no tasks", agents_pause,
     change(verb::patch, "/agents/{}", agents, R"({"paused":true})")},
    {"agents", "resume", "Hand it tasks again", one_agent,
     change(verb::patch, "/agents/{}", agents, R"({"paused":false})")},
    {"agents", "limits", "How many tasks it may have at a time", agents_limits,
     change(verb::patch, "/agents/{}", agents, "{}")},
    {"agents", "delete", "Forget it, and its tokens", agents_delete,
     no_body(verb::delete_, "/agents/{}", "agent {} is deleted")},

    {"policies", "list", "All of them", {}, pages("/policies", policies)},
    {"policies", "show", "One, with all that it says", one_policy, one("/policies/{}", policies)},
    {"policies", "agents", "The agents that it is for", one_policy,
     pages("/policies/{}/agents", policy_agents)},
    {"policies", "assign", "Make it an agent's", policy_and_agent,
     no_body(verb::post, "/policies/{}/agents/{}", "policy {} is for agent {}")},
    {"policies", "unassign", "Make it an agent's no longer", policy_and_agent,
     no_body(verb::delete_, "/policies/{}/agents/{}", "policy {} is not for agent {}")},
    {"policies", "run", "Make its tasks now", policies_run, change(verb::post, "/policies/{}/run", {}, "{}")},
    {"policies", "next-runs", "What its schedules will do", policies_next_runs,
     items("/policies/{}/next-runs", next_runs)},
    {"policies", "delete", "Forget it; it must be no agent's", one_policy,
     no_body(verb::delete_, "/policies/{}", "policy {} is deleted")},
    {"apply", "", "Make policies what a file says", apply_file, {}, apply_policies},

    {"tasks", "list", "The newest", tasks_list, pages("/tasks", tasks, tasks_at_first)},
    {"tasks", "show", "One, with all that is known", one_task, one("/tasks/{}", tasks)},
    {"tasks", "run", "Make one", tasks_run, change(verb::post, "/tasks", tasks, R"({"taskType":"backup"})")},
    {"tasks", "watch", "Follow some until they are done", tasks_watch, {}, watch_tasks},
    {"tasks", "log", "What restic said", tasks_log, {}, print_log},
    {"tasks", "explain", "Why it is where it is", one_task, one("/tasks/{}/explain", {})},
    {"tasks", "cancel", "Stop it", one_task, change(verb::post, "/tasks/{}/cancel", tasks)},
    {"tasks", "retry", "Have it done again", one_task, change(verb::post, "/tasks/{}/retry", tasks)},

    {"tokens", "list", "Those that are good", tokens_list, pages("/tokens", tokens)},
    {"tokens", "create", "Make one, and show it this once", tokens_create,
     change(verb::post, "/tokens", tokens, "{}")},
    {"tokens", "revoke", "End it, on every server at once", one_token,
     no_body(verb::delete_, "/tokens/{}", "token {} is revoked")},

    {"tenants", "list", "All of them; for the root token", {}, pages("/tenants", tenants)},
    {"tenants", "create", "Make one, and show its admin token this once", tenants_create,
     change(verb::post, "/tenants", {}, "{}")},

    {"context", "list", "All of them", {}, {}, list_contexts},
    {"context", "use", "The one to work with from now on", context_name, {}, use_context},
    {"context", "set", "Make one, or change what is given of it", context_set, {}, set_context},
    {"context", "delete", "Forget it", context_name, {}, delete_context},
};

} // namespace

std::span<const command_row> command_rows() {
    return rows;
}

std::span<const noun_row> noun_rows() {
    return nouns;
}

} // namespace holdfast::app::cli
