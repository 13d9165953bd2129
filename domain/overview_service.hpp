// A tenant's overview.
#pragma once

#include "domain/stores.hpp"

namespace holdfast {

class overview_service {
public:
    explicit overview_service(overview_store& figures) : figures_(figures) {}

    [[nodiscard]] awaitable<result<overview>> of(tenant_id tenant) { return figures_.of(tenant, figure_max); }

private:
    static constexpr int figure_max = 100'000;

    overview_store& figures_;
};

} // namespace holdfast
