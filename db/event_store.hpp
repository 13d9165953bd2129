// The outbox in PostgreSQL.
#pragma once

#include "db/postgres/pool.hpp"
#include "domain/stores.hpp"

#include <vector>

namespace holdfast::db {

class pg_event_store final : public event_store {
public:
    explicit pg_event_store(pg::pool& pool) : pool_(pool) {}

    awaitable<result<std::vector<tenant_id>>> tenants_with_due_events() override;
    awaitable<result<std::vector<event>>> take(tenant_id tenant, int limit, std::chrono::seconds lease,
                                               std::chrono::seconds age_max) override;
    awaitable<result<void>> settle(tenant_id tenant, event_outcomes outcomes) override;

private:
    pg::pool& pool_;
};

} // namespace holdfast::db
