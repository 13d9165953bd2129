// Policies make tasks. Each agent of a policy has its own next run; what is due gets its tasks and its next
// run in one statement of the database. Any number of servers may do so at the same time.
#pragma once

#include "domain/changes.hpp"
#include "domain/metrics.hpp"
#include "domain/stores.hpp"
#include "domain/wakeups.hpp"

namespace holdfast {

class scheduler {
public:
    scheduler(schedule_store& store, wakeups& bell, change_notes& notes, metrics& counts)
        : store_(store), bell_(bell), notes_(notes), counts_(counts) {}

    // What is due now, in steps of `limit`; of a long backlog the beginning. Answers how long until there is
    // more to do.
    [[nodiscard]] awaitable<result<std::optional<std::chrono::microseconds>>> make_due_tasks(int limit);

private:
    // Whether there may be more.
    awaitable<result<bool>> step(tenant_id tenant, int limit);
    settled_assignment settle_one(due_assignment due);
    void tell(tenant_id tenant, const std::vector<settled_run>& runs);

    schedule_store& store_;
    wakeups& bell_;
    change_notes& notes_;
    metrics& counts_;
};

} // namespace holdfast
