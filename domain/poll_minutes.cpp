#include "domain/poll_minutes.hpp"

#include <numeric>

namespace holdfast {
namespace {

constexpr std::size_t kept = 60;

} // namespace

std::optional<double> wake_quantile(const poll_minute& of, double share) {
    const auto all = std::accumulate(of.wakes.begin(), of.wakes.end(), std::uint64_t{0});
    if (all == 0) return std::nullopt;
    const double wanted = share * static_cast<double>(all);
    double below = 0;
    for (std::size_t i = 0; i < seconds_bounds.size(); ++i) {
        const auto here = static_cast<double>(of.wakes.at(i));
        const double low = i == 0 ? 0 : seconds_bounds.at(i - 1);
        if (here > 0 && below + here >= wanted)
            return low + (seconds_bounds.at(i) - low) * (wanted - below) / here;
        below += here;
    }
    return seconds_bounds.back();
}

void poll_minutes::add(const poll_minute& of_one_server, std::chrono::system_clock::time_point now) {
    constexpr std::chrono::minutes one{1};
    const auto last = std::chrono::floor<std::chrono::minutes>(now) - one;
    const bool near = std::chrono::abs(of_one_server.minute - last) <= one;
    const auto minute = near ? of_one_server.minute : last;
    const std::lock_guard locked(guard_);
    poll_minute& sum = minutes_[minute];
    sum.minute = minute;
    sum.waiting += of_one_server.waiting;
    for (std::size_t i = 0; i < sum.wakes.size(); ++i) sum.wakes.at(i) += of_one_server.wakes.at(i);
    while (minutes_.size() > kept) minutes_.erase(minutes_.begin());
}

std::vector<poll_minute> poll_minutes::hour_before(std::chrono::system_clock::time_point now) const {
    const auto first = std::chrono::floor<std::chrono::minutes>(now) - std::chrono::hours{1};
    std::vector<poll_minute> out;
    const std::lock_guard locked(guard_);
    for (auto at = minutes_.lower_bound(first); at != minutes_.end(); ++at) out.push_back(at->second);
    return out;
}

} // namespace holdfast
