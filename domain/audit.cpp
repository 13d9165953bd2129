#include "domain/audit.hpp"

#include <algorithm>
#include <array>

namespace holdfast {
namespace {

constexpr std::array<std::string_view, 15> names{
    "agent.register", "agent.change",  "agent.delete",    "policy.create", "policy.replace",
    "policy.delete",  "policy.assign", "policy.unassign", "policy.run",    "task.create",
    "task.cancel",    "task.retry",    "tenant.create",   "token.create",  "token.revoke"};
static_assert(names.size() == static_cast<std::size_t>(last_audit_action) + 1);

} // namespace

std::string_view name_of(audit_action action) {
    return names.at(static_cast<std::size_t>(action));
}

std::string_view family_of(std::string_view action) {
    return action.substr(0, action.find('.'));
}

bool is_action_or_family(std::string_view text) {
    return std::any_of(names.begin(), names.end(),
                       [text](std::string_view name) { return text == name || text == family_of(name); });
}

} // namespace holdfast
