// Policies: what operators want backed up, for which agents.
#pragma once

#include "domain/changes.hpp"
#include "domain/stores.hpp"
#include "domain/task_service.hpp"

#include <optional>
#include <vector>

namespace holdfast {

struct policy_run {
    task_type type = task_type::backup;
    std::optional<std::vector<agent_id>> agents; // absent: all that the policy is assigned to
    origin by = {};
};

class policy_service {
public:
    policy_service(policy_store& policies, task_service& tasks, wakeups& bell, change_notes& notes)
        : policies_(policies), tasks_(tasks), bell_(bell), notes_(notes) {}

    [[nodiscard]] awaitable<result<policy>> create(tenant_id tenant, policy wanted, origin by);

    // An enabled policy's tasks are held back no longer.
    [[nodiscard]] awaitable<result<policy>> replace(tenant_id tenant, policy wanted, origin by);

    [[nodiscard]] awaitable<result<void>> remove(tenant_id tenant, policy_id id, origin by);

    [[nodiscard]] awaitable<result<policy>> get(tenant_id tenant, policy_id id) {
        return policies_.get(tenant, id);
    }

    [[nodiscard]] awaitable<result<page<policy>>> list(tenant_id tenant, page_request page) {
        return policies_.list(tenant, page);
    }

    [[nodiscard]] awaitable<result<void>> assign(tenant_id tenant, policy_id id, agent_id agent, origin by);
    [[nodiscard]] awaitable<result<void>> unassign(tenant_id tenant, policy_id id, agent_id agent, origin by);

    [[nodiscard]] awaitable<result<std::vector<policy>>> of_agent(tenant_id tenant, agent_id agent) {
        return policies_.of_agent(tenant, agent);
    }

    [[nodiscard]] awaitable<result<page<freshness, freshness_key>>>
    freshness_of(tenant_id tenant, freshness_filter filter, page_request_by<freshness_key> page) {
        return policies_.freshness_of(tenant, filter, page);
    }

    // errc::not_found where there is no such policy.
    [[nodiscard]] awaitable<result<page<assigned_agent>>> agents_of(tenant_id tenant, policy_id id,
                                                                    page_request page);

    // Tasks now, one for each agent; all or none. Agents that the policy is not assigned to are
    // errc::invalid.
    [[nodiscard]] awaitable<result<std::vector<task>>> run(tenant_id tenant, policy_id id, policy_run wanted);

private:
    awaitable<result<std::vector<agent_id>>> all_agents_of(tenant_id tenant, policy_id id);
    void note_assignment(tenant_id tenant, policy_id id, agent_id agent);

    policy_store& policies_;
    task_service& tasks_;
    wakeups& bell_;
    change_notes& notes_;
};

} // namespace holdfast
