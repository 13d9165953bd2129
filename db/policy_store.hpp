// Policies in PostgreSQL, and the agents that they are for.
#pragma once

#include "db/postgres/pool.hpp"
#include "domain/stores.hpp"

#include <vector>

namespace holdfast::db {

class pg_policy_store final : public policy_store {
public:
    explicit pg_policy_store(pg::pool& pool) : pool_(pool) {}

    awaitable<result<policy>> create(tenant_id tenant, policy wanted, origin by) override;
    awaitable<result<policy>> replace(tenant_id tenant, policy wanted, origin by) override;
    awaitable<result<void>> remove(tenant_id tenant, policy_id id, origin by) override;
    awaitable<result<policy>> get(tenant_id tenant, policy_id id) override;
    awaitable<result<page<policy>>> list(tenant_id tenant, page_request page) override;
    awaitable<result<void>> assign(tenant_id tenant, policy_id id, agent_id agent, origin by) override;
    awaitable<result<void>> unassign(tenant_id tenant, policy_id id, agent_id agent, origin by) override;
    awaitable<result<page<assigned_agent>>> agents_of(tenant_id tenant, policy_id id,
                                                      page_request page) override;
    awaitable<result<std::vector<policy>>> of_agent(tenant_id tenant, agent_id agent) override;
    awaitable<result<page<freshness, freshness_key>>>
    freshness_of(tenant_id tenant, freshness_filter filter, page_request_by<freshness_key> page) override;

private:
    pg::pool& pool_;
};

} // namespace holdfast::db
