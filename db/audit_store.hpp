// The audit trail in PostgreSQL, to be read: its rows are written by the statements that make the changes.
#pragma once

#include "db/postgres/pool.hpp"
#include "domain/stores.hpp"

namespace holdfast::db {

class pg_audit_store final : public audit_store {
public:
    explicit pg_audit_store(pg::pool& pool) : pool_(pool) {}

    awaitable<result<page<audit_entry>>> list(tenant_id tenant, audit_filter filter,
                                              page_request page) override;

private:
    pg::pool& pool_;
};

} // namespace holdfast::db
