// Tokens and tenants in PostgreSQL.
#pragma once

#include "db/postgres/pool.hpp"
#include "domain/stores.hpp"

#include <string>

namespace holdfast::db {

class pg_token_store final : public token_store {
public:
    explicit pg_token_store(pg::pool& pool) : pool_(pool) {}

    awaitable<result<std::optional<identity>>> find(tenant_id tenant, std::string hash) override;
    awaitable<result<bool>> is_good(tenant_id tenant, token_id id) override;
    awaitable<result<token_record>> create(tenant_id tenant, token_record wanted, std::string hash,
                                           origin by) override;
    awaitable<result<page<token_record>>> list(tenant_id tenant, std::optional<agent_id> agent,
                                               page_request page) override;
    awaitable<result<void>> revoke(tenant_id tenant, token_id id, origin by) override;
    awaitable<result<void>> create_tenant(new_tenant_record wanted, tenant_id maker, origin by) override;
    awaitable<result<page<tenant_record>>> list_tenants(page_request page) override;

private:
    pg::pool& pool_;
};

} // namespace holdfast::db
