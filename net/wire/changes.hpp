// What changed, as it goes over the wire.
#pragma once

#include "domain/change_feed.hpp"
#include "net/json/names.hpp"

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace holdfast::net::wire {

enum class change_group : std::uint8_t { agents, tasks, progress, policies, freshness };
BOOST_DESCRIBE_ENUM(change_group, agents, tasks, progress, policies, freshness)

struct changed_task {
    holdfast::task_id task_id;
    holdfast::agent_id agent_id;
};

BOOST_DESCRIBE_STRUCT(changed_task, (), (task_id, agent_id))

struct changes_view {
    std::string cursor;
    std::vector<agent_id> agents;
    std::vector<changed_task> tasks, progress;
    std::vector<policy_id> policies;
    std::vector<agent_id> freshness;
    std::vector<change_group> many;
};

BOOST_DESCRIBE_STRUCT(changes_view, (), (cursor, agents, tasks, progress, policies, freshness, many))

[[nodiscard]] changes_view view_of(const change_answer& from);

// The cursor of an answer before; errc::invalid where it is none.
[[nodiscard]] result<change_cursor> change_cursor_from(std::string_view text);

} // namespace holdfast::net::wire
