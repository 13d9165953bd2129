#include "net/wire/changes.hpp"

#include "domain/secret.hpp"
#include "net/query.hpp"

#include <cstring>
#include <type_traits>

namespace holdfast::net::wire {
namespace {

static_assert(std::has_unique_object_representations_v<change_cursor>);

std::vector<agent_id> agents_of(const std::vector<change>& changes) {
    std::vector<agent_id> out;
    for (const change& one : changes) out.push_back(one.agent);
    return out;
}

std::vector<changed_task> tasks_of(const std::vector<change>& changes) {
    std::vector<changed_task> out;
    for (const change& one : changes) out.push_back({{one.what}, one.agent});
    return out;
}

} // namespace

changes_view view_of(const change_answer& from) {
    using enum change_kind;
    const change_digest& changes = from.changes;
    changes_view out;
    out.cursor = to_base64url({reinterpret_cast<const char*>(&from.next), sizeof(from.next)});
    out.agents = agents_of(changes.of(agent));
    out.tasks = tasks_of(changes.of(task));
    out.progress = tasks_of(changes.of(progress));
    for (const change& one : changes.of(policy)) out.policies.push_back({one.what});
    out.freshness = agents_of(changes.of(freshness));
    for (std::size_t i = 0; i < change_kinds; ++i) // the groups are in the order of the kinds
        if (changes.many(static_cast<change_kind>(i))) out.many.push_back(static_cast<change_group>(i));
    return out;
}

result<change_cursor> change_cursor_from(std::string_view text) {
    const auto bytes = from_base64url(text);
    if (!bytes || bytes->size() != sizeof(change_cursor))
        return bad_parameter("since", "the cursor of an answer before");
    change_cursor out;
    std::memcpy(&out, bytes->data(), sizeof(out));
    return out;
}

} // namespace holdfast::net::wire
