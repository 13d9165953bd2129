#include "test/support/rank_test.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

namespace holdfast::test {

double rank_deviation(const std::vector<double>& a, const std::vector<double>& b) {
    std::vector<std::pair<double, bool>> all;
    for (const double each : a) all.emplace_back(each, true);
    for (const double each : b) all.emplace_back(each, false);
    std::ranges::sort(all);
    const auto n = static_cast<double>(all.size());
    double rank_sum = 0;
    double ties = 0;
    for (std::size_t at = 0; at < all.size();) {
        std::size_t end = at;
        double of_a = 0;
        for (; end < all.size() && all[end].first == all[at].first; ++end) of_a += all[end].second ? 1 : 0;
        const auto equal = static_cast<double>(end - at);
        rank_sum +=
            of_a * (static_cast<double>(at + end) + 1) / 2; // equal ones share the mean of their ranks
        ties += equal * (equal * equal - 1);
        at = end;
    }
    const auto size_a = static_cast<double>(a.size());
    const auto size_b = static_cast<double>(b.size());
    const double variance = size_a * size_b / 12 * (n + 1 - ties / (n * (n - 1)));
    return variance > 0 ? (rank_sum - size_a * (n + 1) / 2) / std::sqrt(variance) : 0;
}

} // namespace holdfast::test
