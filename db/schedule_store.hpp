// When each agent of a policy has its next run, and the tasks that come of it.
#pragma once

#include "db/postgres/pool.hpp"
#include "domain/stores.hpp"

namespace holdfast::db {

class pg_schedule_store final : public schedule_store {
public:
    explicit pg_schedule_store(pg::pool& pool) : pool_(pool) {}

    awaitable<result<std::vector<tenant_id>>> tenants_with_due_runs() override;
    awaitable<result<std::optional<std::chrono::microseconds>>> next_due_in() override;
    awaitable<result<std::vector<due_assignment>>> due(tenant_id tenant, int limit) override;
    awaitable<result<std::vector<settled_run>>> settle(tenant_id tenant,
                                                       std::vector<settled_assignment> all) override;

private:
    pg::pool& pool_;
};

} // namespace holdfast::db
