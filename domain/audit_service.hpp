// The audit trail, to be read.
#pragma once

#include "domain/stores.hpp"

#include <utility>

namespace holdfast {

class audit_service {
public:
    explicit audit_service(audit_store& entries) : entries_(entries) {}

    [[nodiscard]] awaitable<result<page<audit_entry>>> list(tenant_id tenant, audit_filter filter,
                                                            page_request page) {
        return entries_.list(tenant, std::move(filter), page);
    }

private:
    audit_store& entries_;
};

} // namespace holdfast
