// How long a long poll may wait: the parameter `wait`, or the preference of that name (RFC 7240).
#pragma once

#include "domain/result.hpp"
#include "domain/timing.hpp"
#include "net/exchange.hpp"
#include "net/reply.hpp"

#include <chrono>
#include <cstdint>

namespace holdfast::net::handlers {

inline constexpr std::int64_t seconds_max = 50LL * 366 * 86400; // of any span of time that is asked for

struct asked_wait {
    std::chrono::seconds wait{0}; // cut to what the server allows
    bool preference = false;      // it is to be confirmed
};

[[nodiscard]] result<asked_wait> wait_of(const exchange& x, const timing& times);

// Says in the answer how long it would have waited, where that was asked for.
void confirm(const asked_wait& asked, reply& answer);

} // namespace holdfast::net::handlers
