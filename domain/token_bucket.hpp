// A token bucket, kept as one time: when it will be full again (the generic cell rate algorithm, GCRA).
#pragma once

#include "domain/async.hpp"

#include <algorithm>
#include <cstdint>

namespace holdfast {

// How fast a bucket fills and how much it holds. The default is no limit.
struct rate {
    steady_clock::duration each{}; // until one that was taken is back
    steady_clock::duration all{};  // until all are back

    // So many in a span of time on average, and at once as many as `burst` lets flow in. Of 0: no limit.
    static constexpr rate of(std::uint32_t count, steady_clock::duration span, steady_clock::duration burst) {
        return count == 0 ? rate{} : rate{span / count, burst};
    }
};

class token_bucket {
public:
    // How long until there is one to take; zero: now.
    [[nodiscard]] steady_clock::duration wait(const rate& r, steady_clock::time_point now) const {
        return std::max(full_at_ + r.each - r.all - now, steady_clock::duration{});
    }

    // Whether there is one or not. An overdrawn bucket is as good as an empty one.
    void take(const rate& r, steady_clock::time_point now) {
        full_at_ = std::min(std::max(full_at_, now) + r.each, now + r.all);
    }

private:
    steady_clock::time_point full_at_{};
};

} // namespace holdfast
