// The housekeeper's statements, in two steps: which tenants, then one at a time. Any number of servers may
// run them at the same time.
#pragma once

#include "db/postgres/pool.hpp"
#include "domain/stores.hpp"
#include "domain/timing.hpp"

namespace holdfast::db {

class pg_housekeeping_store final : public housekeeping_store {
public:
    pg_housekeeping_store(pg::pool& pool, const timing& times) : pool_(pool), times_(times) {}

    awaitable<result<std::vector<ended_lease>>> end_leases(int limit) override;
    awaitable<result<std::vector<agent_id>>> came_due(std::chrono::seconds within, int limit) override;
    awaitable<result<std::int64_t>> count_pending(int at_most) override;
    awaitable<result<freshness_counts>> count_freshness(int at_most) override;
    awaitable<result<std::vector<judged_freshness>>> judge_freshness(int limit) override;
    awaitable<result<bool>> forget_old(int limit) override;

private:
    struct aging {
        pg::statement tenants;
        pg::statement forget;
        std::chrono::days keep;
    };

    awaitable<result<bool>> forget(const aging& what, int limit);
    awaitable<result<std::vector<tenant_id>>> tenants(pg::statement which);

    pg::pool& pool_;
    const timing& times_;
};

} // namespace holdfast::db
