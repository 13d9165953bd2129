// A tenant at a glance.
#pragma once

#include "domain/stores.hpp"

namespace holdfast {

class overview_service {
public:
    explicit overview_service(overview_store& store) : store_(store) {}

    [[nodiscard]] awaitable<result<overview>> of(tenant_id tenant) { return store_.count(tenant); }

private:
    overview_store& store_;
};

} // namespace holdfast
