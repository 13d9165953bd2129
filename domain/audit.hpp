// The audit trail: who changed what, when, by which request. An entry for each request of an operator that
// changed something, written with the change: neither is without the other. What agents and the server do by
// themselves is in the tasks' histories.
#pragma once

#include "domain/id.hpp"
#include "domain/task.hpp"
#include "domain/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace holdfast {

enum class audit_action : std::uint8_t {
    agent_register,
    agent_change,
    agent_delete,
    policy_create,
    policy_replace,
    policy_delete,
    policy_assign,
    policy_unassign,
    policy_run,
    task_create,
    task_cancel,
    task_retry,
    tenant_create,
    token_create,
    token_revoke,
};

inline constexpr audit_action last_audit_action = audit_action::token_revoke;

// "policy.create": first the family, which is the kind of what it is about.
[[nodiscard]] std::string_view name_of(audit_action action);
[[nodiscard]] std::string_view family_of(std::string_view action);

// The name of an action, or of a family.
[[nodiscard]] bool is_action_or_family(std::string_view text);

struct audit_entry {
    audit_id id;
    instant at; // the database's clock
    std::string action;
    std::optional<uuid> subject;   // nothing: several
    std::string by;                // as origin::by
    std::optional<token_id> token; // nothing: the command line
    std::optional<std::string> token_name;
    std::optional<std::string> request;
    std::optional<std::string> address;
    document details;
};

struct audit_filter {
    std::optional<std::string> action; // or a family
    std::optional<token_id> token;
    std::optional<uuid> subject;
    std::optional<instant> since;
    std::optional<instant> until; // exclusive
};

} // namespace holdfast
