// Tasks: made by operators, started, finished and handed back by agents.
#pragma once

#include "domain/changes.hpp"
#include "domain/metrics.hpp"
#include "domain/stores.hpp"
#include "domain/wakeups.hpp"

#include <optional>
#include <string>
#include <vector>

namespace holdfast {

class task_service {
public:
    task_service(task_store& tasks, wakeups& bell, change_notes& notes, metrics& counts)
        : tasks_(tasks), bell_(bell), notes_(notes), counts_(counts) {}

    // All or none. Whoever waits for one of them is woken after the commit.
    [[nodiscard]] awaitable<result<created_tasks>> create(tenant_id tenant, task_orders wanted);

    [[nodiscard]] awaitable<result<task_change>> acknowledge(task_key key);
    [[nodiscard]] awaitable<result<task_change>> finish(task_report report);
    [[nodiscard]] awaitable<result<task_change>> release(task_release release);

    [[nodiscard]] awaitable<result<task_change>> progress(task_progress progress);

    // An agent that runs it is told: by its waiting poll at once, by the answers to heartbeat and progress.
    [[nodiscard]] awaitable<result<task>> cancel(tenant_id tenant, task_id id, origin by);

    // Pending at once: all attempts anew of one that failed or was cancelled, the end of a delay.
    [[nodiscard]] awaitable<result<task>> retry(tenant_id tenant, task_id id, origin by);

    [[nodiscard]] awaitable<result<task>> get(tenant_id tenant, task_id id) { return tasks_.get(tenant, id); }

    [[nodiscard]] awaitable<result<page<task>>> list(tenant_id tenant, task_filter filter,
                                                     page_request page) {
        return tasks_.list(tenant, filter, page);
    }

private:
    void ring(agent_id agent, std::vector<agent_id> others);

    task_store& tasks_;
    wakeups& bell_;
    change_notes& notes_;
    metrics& counts_;
};

} // namespace holdfast
