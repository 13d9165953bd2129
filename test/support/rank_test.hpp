// Whether two kinds of samples come from one distribution: the rank sum test of Wilcoxon, Mann and Whitney.
#pragma once

#include <vector>

namespace holdfast::test {

// How many standard deviations the ranks of `a` lie above (below: negative) what they would be if both were
// samples of one thing. Needs no shape of the distribution, and outliers weigh no more than others. 0 for an
// empty sample.
[[nodiscard]] double rank_deviation(const std::vector<double>& a, const std::vector<double>& b);

} // namespace holdfast::test
