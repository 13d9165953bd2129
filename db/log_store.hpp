// Logs in PostgreSQL, a row for each piece.
#pragma once

#include "db/postgres/pool.hpp"
#include "domain/stores.hpp"

namespace holdfast::db {

class pg_log_store final : public log_store {
public:
    explicit pg_log_store(pg::pool& pool) : pool_(pool) {}

    awaitable<result<log_extent>> append(log_piece piece) override;
    awaitable<result<log_extent>> extent(tenant_id tenant, task_id id, std::optional<int> attempt) override;
    awaitable<result<std::string>> read(tenant_id tenant, task_id id, int attempt,
                                        std::int32_t offset) override;

private:
    pg::pool& pool_;
};

} // namespace holdfast::db
