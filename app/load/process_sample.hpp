// What processes of this machine have used, read from /proc.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

namespace holdfast::app::load {

struct process_sample {
    std::uint64_t resident_bytes = 0;
    std::chrono::duration<double> cpu{}; // of all its threads, to within a hundredth of a second
};

// Added up. Nothing when there are none, or one of them is not there.
[[nodiscard]] std::optional<process_sample> sample_of(const std::vector<int>& pids);

// CPU of this process.
[[nodiscard]] std::chrono::duration<double> own_cpu();

} // namespace holdfast::app::load
