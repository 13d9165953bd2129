// A tenant at a glance, counted in PostgreSQL.
#pragma once

#include "db/postgres/pool.hpp"
#include "domain/stores.hpp"
#include "domain/timing.hpp"

namespace holdfast::db {

class pg_overview_store final : public overview_store {
public:
    pg_overview_store(pg::pool& pool, const timing& times) : pool_(pool), times_(times) {}

    awaitable<result<overview>> count(tenant_id tenant) override;

private:
    pg::pool& pool_;
    const timing& times_;
};

} // namespace holdfast::db
