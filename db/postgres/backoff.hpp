// Pauses between attempts: they double up to a cap, and each is drawn from nothing to the full length, so
// that many servers do not come back in step.
#pragma once

#include <algorithm>
#include <chrono>
#include <random>

namespace holdfast::pg {

class backoff {
public:
    static constexpr std::chrono::milliseconds base{100};
    static constexpr std::chrono::milliseconds cap{5'000};

    explicit backoff(unsigned seed = std::random_device{}()) : random_(seed) {}

    [[nodiscard]] std::chrono::milliseconds next() {
        std::uniform_int_distribution<std::chrono::milliseconds::rep> draw(0, limit_.count());
        limit_ = std::min(2 * limit_, cap);
        return std::chrono::milliseconds(draw(random_));
    }

    void reset() { limit_ = base; }

private:
    std::chrono::milliseconds limit_ = base;
    std::minstd_rand random_;
};

} // namespace holdfast::pg
