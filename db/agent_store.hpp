// Agents in PostgreSQL: registration, contact, leases renewed by heartbeats.
#pragma once

#include "db/postgres/batcher.hpp"
#include "db/postgres/pool.hpp"
#include "domain/stores.hpp"
#include "domain/timing.hpp"

#include <string>
#include <vector>

namespace holdfast::db {

class pg_agent_store final : public agent_store {
public:
    pg_agent_store(executor where, pg::pool& pool, const timing& times);
    void close();

    awaitable<result<registered>> enroll(identity by, registration wanted, std::string token_hash) override;
    awaitable<result<registered>> register_(identity by, registration wanted) override;
    awaitable<result<registered>> register_again(identity by, registration wanted) override;
    awaitable<result<bool>> is_member(tenant_id tenant, token_id fleet, agent_id agent) override;
    awaitable<result<bool>> exists(tenant_id tenant, agent_id agent) override;
    awaitable<result<std::vector<task_id>>> beat(tenant_id tenant, heartbeat beat) override;
    awaitable<result<void>> touch(tenant_id tenant, agent_id agent) override;
    awaitable<result<agent>> get(tenant_id tenant, agent_id agent) override;
    awaitable<result<std::vector<agent>>> get_all(tenant_id tenant, std::vector<agent_id> ids) override;
    awaitable<result<page<agent>>> list(tenant_id tenant, agent_filter filter, page_request page) override;
    awaitable<result<agent>> change(tenant_id tenant, agent_id agent, agent_change wanted,
                                    origin by) override;
    awaitable<result<removal>> remove(tenant_id tenant, agent_id agent, bool cancel, origin by) override;

private:
    struct beating {
        tenant_id tenant;
        heartbeat beat;
    };

    struct contact {
        tenant_id tenant;
        agent_id agent;
    };

    using beats = pg::batcher<beating, std::vector<task_id>>;
    using touches = pg::batcher<contact, bool>;

    awaitable<result<void>> send_beats(std::span<beats::call* const> calls);
    awaitable<result<void>> send_touches(std::span<touches::call* const> calls);

    // What the statements that say who is online are asked with.
    [[nodiscard]] std::int32_t silence() const {
        return static_cast<std::int32_t>(times_.silence_max().count());
    }

    pg::pool& pool_;
    const timing& times_;
    beats beats_;
    touches touches_;
};

} // namespace holdfast::db
