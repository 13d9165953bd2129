// Repositories in use, as they go over the wire.
#pragma once

#include "domain/repository.hpp"
#include "domain/repository_use.hpp"
#include "net/wire/explanation.hpp"
#include "net/wire/task.hpp"

#include <boost/describe/class.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace holdfast::net::wire {

struct repository_task {
    holdfast::task_id task_id;
    holdfast::task_type task_type = holdfast::task_type::backup;
    task_state status = task_state::pending;
    int attempt = 0;
    holdfast::policy_id policy_id;
    holdfast::agent_id agent_id;
    std::optional<std::string> hostname;
};

BOOST_DESCRIBE_STRUCT(repository_task, (),
                      (task_id, task_type, status, attempt, policy_id, agent_id, hostname))

struct holding_task : repository_task {
    std::optional<instant> assigned_at, lease_expires_at;
};

BOOST_DESCRIBE_STRUCT(holding_task, (repository_task), (assigned_at, lease_expires_at))

struct waiting_task : repository_task {
    instant due_at;
    std::vector<reason_view> reasons;
};

BOOST_DESCRIBE_STRUCT(waiting_task, (repository_task), (due_at, reasons))

struct repository_view {
    std::string repository;
    std::int64_t holding_count = 0, waiting_count = 0;
    std::vector<holding_task> holding;
    std::vector<waiting_task> waiting;
};

BOOST_DESCRIBE_STRUCT(repository_view, (), (repository, holding_count, waiting_count, holding, waiting))

[[nodiscard]] inline repository_task view_of(const repository_user& from) {
    const task& of = from.what;
    repository_task out{of.id, of.type, of.state, of.attempt, of.policy, of.agent, std::nullopt};
    if (from.whose) out.hostname = from.whose->hostname;
    return out;
}

[[nodiscard]] inline repository_view view_of(const repository_use& from, bool mask_secrets) {
    repository_view out;
    const auto& any = from.holding.empty() ? from.waiting : from.holding;
    if (!any.empty()) out.repository = any.front().what.what.repository;
    if (mask_secrets) out.repository = masked_repository(out.repository);
    out.holding_count = from.holding_count;
    out.waiting_count = from.waiting_count;
    for (const repository_user& each : from.holding)
        out.holding.push_back({view_of(each), each.what.assigned_at, each.what.lease_until});
    for (const repository_user& each : from.waiting) {
        const instant order = each.what.scheduled_for.value_or(each.what.created_at);
        waiting_task waits{view_of(each), std::max(order, each.what.not_before.value_or(order)), {}};
        for (reason& why : explain(each, from)) waits.reasons.push_back(view_of(std::move(why)));
        out.waiting.push_back(std::move(waits));
    }
    return out;
}

} // namespace holdfast::net::wire
