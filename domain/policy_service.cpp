#include "domain/policy_service.hpp"

#include <boost/unordered/unordered_flat_set.hpp>

namespace holdfast {
namespace {

constexpr int agents_in_page = 1000;

using agent_set = boost::unordered_flat_set<agent_id, id_hash>;

std::vector<field_error> not_among(const std::vector<agent_id>& wanted,
                                   const std::vector<agent_id>& assigned) {
    const agent_set known(assigned.begin(), assigned.end());
    std::vector<field_error> wrong;
    for (std::size_t i = 0; i < wanted.size(); ++i)
        if (!known.contains(wanted[i]))
            wrong.push_back({"/agentIds/" + std::to_string(i), "the policy is not assigned to this agent"});
    return wrong;
}

// Each agent once, whatever the request says.
std::vector<task_order> orders_for(policy_id policy, const policy_run& wanted,
                                   const std::vector<agent_id>& agents) {
    std::vector<task_order> orders;
    agent_set seen;
    for (const agent_id& agent : agents) {
        if (!seen.insert(agent).second) continue;
        task_order& order = orders.emplace_back();
        order.agent = agent;
        order.policy = policy;
        order.type = wanted.type;
    }
    return orders;
}

} // namespace

awaitable<result<policy>> policy_service::create(tenant_id tenant, policy wanted, origin by) {
    auto made = co_await policies_.create(tenant, std::move(wanted), std::move(by));
    if (made) notes_.note_policy(tenant, made->id);
    co_return made;
}

awaitable<result<void>> policy_service::remove(tenant_id tenant, policy_id id, origin by) {
    auto removed = co_await policies_.remove(tenant, id, std::move(by));
    if (removed) notes_.note_policy(tenant, id);
    co_return removed;
}

awaitable<result<void>> policy_service::assign(tenant_id tenant, policy_id id, agent_id agent, origin by) {
    auto assigned = co_await policies_.assign(tenant, id, agent, std::move(by));
    if (assigned) note_assignment(tenant, id, agent);
    co_return assigned;
}

awaitable<result<void>> policy_service::unassign(tenant_id tenant, policy_id id, agent_id agent, origin by) {
    auto unassigned = co_await policies_.unassign(tenant, id, agent, std::move(by));
    if (unassigned) note_assignment(tenant, id, agent);
    co_return unassigned;
}

void policy_service::note_assignment(tenant_id tenant, policy_id id, agent_id agent) {
    notes_.note_policy(tenant, id);
    notes_.note_freshness(tenant, agent);
}

awaitable<result<page<assigned_agent>>> policy_service::agents_of(tenant_id tenant, policy_id id,
                                                                  page_request page) {
    auto known = co_await policies_.get(tenant, id);
    if (!known) co_return std::move(known).error();
    auto found = co_await policies_.agents_of(tenant, id, page);
    co_return found;
}

awaitable<result<std::vector<agent_id>>> policy_service::all_agents_of(tenant_id tenant, policy_id id) {
    std::vector<agent_id> all;
    page_request next{agents_in_page, std::nullopt};
    do {
        auto found = co_await agents_of(tenant, id, next);
        if (!found) co_return std::move(found).error();
        for (const assigned_agent& a : found->items) all.push_back(a.id);
        next.before = found->next;
    } while (next.before);
    co_return all;
}

awaitable<result<policy>> policy_service::replace(tenant_id tenant, policy wanted, origin by) {
    auto now = co_await policies_.replace(tenant, std::move(wanted), std::move(by));
    if (now) notes_.note_policy(tenant, now->id);
    if (!now || !now->when.enabled) co_return now;
    auto agents = co_await all_agents_of(tenant, now->id);
    if (agents) bell_.ring(*agents);
    co_return now;
}

awaitable<result<std::vector<task>>> policy_service::run(tenant_id tenant, policy_id id, policy_run wanted) {
    auto assigned = co_await all_agents_of(tenant, id);
    if (!assigned) co_return std::move(assigned).error();
    if (wanted.agents) {
        std::vector<field_error> wrong = not_among(*wanted.agents, *assigned);
        if (!wrong.empty()) co_return invalid(std::move(wrong));
    }
    task_orders orders;
    orders.orders = orders_for(id, wanted, wanted.agents ? *wanted.agents : *assigned);
    if (orders.orders.empty()) co_return std::vector<task>();
    orders.run_of = id;
    orders.by = std::move(wanted.by);
    auto made = co_await tasks_.create(tenant, std::move(orders));
    if (!made) co_return std::move(made).error();
    co_return std::move(made->tasks);
}

} // namespace holdfast
