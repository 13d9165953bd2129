// Repositories by the tasks that hold them and wait for them, read from PostgreSQL.
#pragma once

#include "db/postgres/pool.hpp"
#include "domain/stores.hpp"

namespace holdfast::db {

class pg_repository_store final : public repository_store {
public:
    explicit pg_repository_store(pg::pool& pool) : pool_(pool) {}

    awaitable<result<page<repository_use, std::int64_t>>> list(tenant_id tenant, repository_filter filter,
                                                               page_request_by<std::int64_t> page) override;

private:
    pg::pool& pool_;
};

} // namespace holdfast::db
