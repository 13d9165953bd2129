// What the parts of the simulated fleet have in common.
#pragma once

#include "domain/id.hpp"
#include "domain/result.hpp"
#include "domain/timing.hpp"

#include <stdexcept>
#include <string>
#include <utility>

namespace holdfast::test {

inline const tenant_id fleet_tenant{parse_uuid("00000000-0000-7000-8000-000000000001").value()};

inline constexpr timing fleet_times{.offer_lease = std::chrono::minutes{10},
                                    .run_lease = std::chrono::hours{2}};

// The answer to a call that can't fail here.
template <class T> [[nodiscard]] T sure(result<T> answer) {
    if (!answer)
        throw std::runtime_error(std::string(answer.error().detail()) + " " +
                                 std::string(answer.error().cause()));
    if constexpr (!std::is_void_v<T>) return std::move(*answer);
}

} // namespace holdfast::test
