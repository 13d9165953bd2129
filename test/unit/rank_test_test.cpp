// The judge of the timing tests: it tells a difference from none.
#include "test/support/rank_test.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <random>

namespace {

using holdfast::test::rank_deviation;

// Times as they are measured: a bulk, a tail, and now and then one that is far off.
std::vector<double> times(std::mt19937_64& random, double longer) {
    std::lognormal_distribution<double> usual(0, 0.3);
    std::bernoulli_distribution disturbed(0.02);
    std::vector<double> out(400);
    for (double& each : out) each = usual(random) + longer + (disturbed(random) ? 20 : 0);
    return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(rank_test)

BOOST_AUTO_TEST_CASE(known_figures) {
    BOOST_TEST(rank_deviation({}, {1}) == 0);
    BOOST_TEST(rank_deviation({1, 1}, {1, 1}) == 0);
    // U = 0 of 9, its mean 4.5, its variance 3 * 3 * 7 / 12.
    BOOST_TEST(rank_deviation({1, 2, 3}, {4, 5, 6}) == -4.5 / std::sqrt(5.25),
               boost::test_tools::tolerance(1e-12));
    BOOST_TEST(rank_deviation({4, 5, 6}, {1, 2, 3}) == 4.5 / std::sqrt(5.25),
               boost::test_tools::tolerance(1e-12));
    // One tie of two: U = 0.5 of 4, variance 2 * 2 / 12 * (5 - 6 / 12).
    BOOST_TEST(rank_deviation({1, 2}, {2, 3}) == -1.5 / std::sqrt(1.5), boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(samples_of_one_thing_are_hardly_ever_far_apart) {
    std::mt19937_64 random(1);
    double farthest = 0;
    for (int i = 0; i < 1000; ++i)
        farthest = std::max(farthest, std::abs(rank_deviation(times(random, 0), times(random, 0))));
    BOOST_TEST(farthest > 2.5); // the thousandth part of a normal distribution lies beyond 3.3
    BOOST_TEST(farthest < 5);
}

BOOST_AUTO_TEST_CASE(a_difference_as_large_as_the_spread_is_seen) {
    std::mt19937_64 random(1);
    for (int i = 0; i < 100; ++i) BOOST_TEST(rank_deviation(times(random, 0.3), times(random, 0)) > 6);
}

BOOST_AUTO_TEST_SUITE_END()
