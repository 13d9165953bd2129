// A tenant at a glance, for any number of onlookers: each core counts it once in a while, and tells it to all
// who ask meanwhile.
#pragma once

#include "domain/stores.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

namespace holdfast {

class overview_service {
public:
    explicit overview_service(overview_store& store) : store_(store) {}

    [[nodiscard]] awaitable<result<overview>> of(tenant_id tenant);

private:
    struct counted {
        overview found;
        steady_clock::time_point good_until;
    };

    overview_store& store_;
    boost::unordered_flat_map<tenant_id, counted, id_hash> known_;
};

} // namespace holdfast
