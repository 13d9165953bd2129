// Why a task is where it is: gathers what explanation.hpp needs. A look at what may change meanwhile, not a
// decision.
#pragma once

#include "domain/explanation.hpp"
#include "domain/stores.hpp"

#include <vector>

namespace holdfast {

struct explained_task {
    task now;
    std::vector<reason> reasons;
    std::vector<task_event_entry> history;
};

class explain_service {
public:
    explain_service(task_store& tasks, agent_store& agents, policy_store& policies)
        : tasks_(tasks), agents_(agents), policies_(policies) {}

    [[nodiscard]] awaitable<result<explained_task>> explain(tenant_id tenant, task_id id);

private:
    task_store& tasks_;
    agent_store& agents_;
    policy_store& policies_;
};

} // namespace holdfast
