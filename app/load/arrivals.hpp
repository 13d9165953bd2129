// When things are due that come at a mean rate, each independent of the others and of how the server fares
// (an open loop: a Poisson process). Pure.
#pragma once

#include <chrono>
#include <random>

namespace holdfast::app::load {

class arrivals {
public:
    arrivals(double per_second, unsigned seed) : random_(seed), gap_(per_second) {}

    // The next one, counted from the beginning.
    [[nodiscard]] std::chrono::nanoseconds next() {
        at_seconds_ += gap_(random_);
        return std::chrono::nanoseconds(static_cast<std::int64_t>(at_seconds_ * 1e9));
    }

private:
    std::mt19937_64 random_;
    std::exponential_distribution<double> gap_;
    double at_seconds_ = 0;
};

} // namespace holdfast::app::load
