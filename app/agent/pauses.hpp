// Pauses between attempts. Pure.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>
#include <random>

namespace holdfast::app {

// They double from a second up to a minute, and each is drawn from nothing to the full length, so that a
// fleet does not come back in step.
class pauses {
public:
    static constexpr std::chrono::milliseconds base{1'000};
    static constexpr std::chrono::milliseconds cap{60'000};

    explicit pauses(unsigned seed = std::random_device{}()) : random_(seed) {}

    // Never shorter than what the server asked for.
    [[nodiscard]] std::chrono::milliseconds
    next(std::optional<std::chrono::seconds> at_least = std::nullopt) {
        std::uniform_int_distribution<std::chrono::milliseconds::rep> draw(0, limit_.count());
        const std::chrono::milliseconds drawn(draw(random_));
        limit_ = std::min(2 * limit_, cap);
        return std::max(drawn, std::chrono::milliseconds(at_least.value_or(std::chrono::seconds(0))));
    }

    void reset() { limit_ = base; }

private:
    std::chrono::milliseconds limit_ = base;
    std::minstd_rand random_;
};

} // namespace holdfast::app
