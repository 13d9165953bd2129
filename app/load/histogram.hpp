// How often each duration was seen: every value to within 1 %, from a nanosecond to centuries, in 58 KiB.
// Pure.
//
// Log-linear: below 256 each value has a bucket of its own, above it each power of two is cut into 128 equal
// ones.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cmath>
#include <cstdint>

namespace holdfast::app::load {

class histogram {
public:
    using nanoseconds = std::chrono::nanoseconds;

    // What is below nothing counts as nothing.
    void add(nanoseconds value) {
        const auto n = static_cast<std::uint64_t>(std::max<nanoseconds::rep>(value.count(), 0));
        ++counts_[bucket_of(n)];
        ++count_;
        sum_ += static_cast<double>(n);
        max_ = std::max(max_, n);
    }

    void add(const histogram& other) {
        for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
        count_ += other.count_;
        sum_ += other.sum_;
        max_ = std::max(max_, other.max_);
    }

    // The smallest bucket's upper end that at least this share (0 to 1) of the values does not exceed; never
    // more than the greatest value. Nothing when there is none.
    [[nodiscard]] nanoseconds at(double share) const {
        constexpr double rounding = 1e-9; // 0.07 of 200 are fourteen
        const auto wanted = std::max<std::uint64_t>(
            1, static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_) - rounding)));
        std::uint64_t seen = 0;
        for (std::size_t i = 0; i < counts_.size() && count_ != 0; ++i) {
            seen += counts_[i];
            if (seen >= wanted) return in_nanoseconds(std::min(end_of(i), max_));
        }
        return in_nanoseconds(max_);
    }

    [[nodiscard]] std::uint64_t count() const { return count_; }

    [[nodiscard]] nanoseconds max() const { return in_nanoseconds(max_); }

    [[nodiscard]] nanoseconds mean() const {
        return in_nanoseconds(count_ == 0 ? 0
                                          : static_cast<std::uint64_t>(sum_ / static_cast<double>(count_)));
    }

private:
    static constexpr unsigned bits = 7;
    static constexpr std::uint64_t steps = 1U << bits; // of one power of two

    static constexpr std::size_t bucket_of(std::uint64_t n) {
        const auto width = static_cast<unsigned>(std::bit_width(n));
        const unsigned shift = width > bits + 1 ? width - bits - 1 : 0;
        return shift * steps + (n >> shift);
    }

    // The greatest value of a bucket.
    static constexpr std::uint64_t end_of(std::size_t bucket) {
        if (bucket < 2 * steps) return bucket;
        const std::uint64_t shift = bucket / steps - 1;
        return ((bucket - shift * steps + 1) << shift) - 1;
    }

    static constexpr nanoseconds in_nanoseconds(std::uint64_t n) {
        return nanoseconds(static_cast<nanoseconds::rep>(n));
    }

    static constexpr std::size_t buckets = (64 - bits + 1) * steps;

    std::array<std::uint64_t, buckets> counts_{};
    std::uint64_t count_ = 0;
    std::uint64_t max_ = 0;
    double sum_ = 0;
};

} // namespace holdfast::app::load
