#include "app/load/arrivals.hpp"
#include "app/load/histogram.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <random>

using holdfast::app::load::arrivals;
using holdfast::app::load::histogram;
using std::chrono::nanoseconds;

namespace {

std::vector<std::int64_t> sorted_sample(std::size_t size, unsigned seed) {
    std::mt19937_64 random(seed);
    std::lognormal_distribution<double> draw(13, 3); // from tens of nanoseconds to minutes
    std::vector<std::int64_t> out;
    for (std::size_t i = 0; i < size; ++i) out.push_back(static_cast<std::int64_t>(draw(random)));
    std::sort(out.begin(), out.end());
    return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(load_histogram)

BOOST_AUTO_TEST_CASE(nothing) {
    const auto h = std::make_unique<histogram>();
    BOOST_TEST(h->count() == 0U);
    BOOST_TEST(h->at(0.5).count() == 0);
    BOOST_TEST(h->max().count() == 0);
    BOOST_TEST(h->mean().count() == 0);
}

BOOST_AUTO_TEST_CASE(small_values_are_exact) {
    const auto h = std::make_unique<histogram>();
    for (int i = 1; i <= 200; ++i) h->add(nanoseconds(i));
    for (int i = 1; i <= 100; ++i) BOOST_TEST(h->at(i / 100.0).count() == 2 * i);
    BOOST_TEST(h->max().count() == 200);
    BOOST_TEST(h->mean().count() == 100);
}

BOOST_AUTO_TEST_CASE(every_percentile_is_within_one_percent_of_the_sorted_values) {
    const auto values = sorted_sample(100'000, 1);
    const auto h = std::make_unique<histogram>();
    for (const std::int64_t each : values) h->add(nanoseconds(each));
    for (const double share : {0.001, 0.1, 0.5, 0.9, 0.99, 0.999, 0.9999}) {
        const auto exact = values[static_cast<std::size_t>(std::llround(share * 100'000)) - 1];
        BOOST_TEST(h->at(share).count() >= exact);
        BOOST_TEST(static_cast<double>(h->at(share).count()) <= 1.01 * static_cast<double>(exact));
    }
    BOOST_TEST(h->at(1).count() == values.back());
}

BOOST_AUTO_TEST_CASE(one_value_is_every_percentile) {
    for (const std::int64_t value :
         std::initializer_list<std::int64_t>{0, 1, 127, 128, 255, 256, 257, 511, 512, 1'000'000'007,
                                             std::numeric_limits<std::int64_t>::max()}) {
        const auto h = std::make_unique<histogram>();
        h->add(nanoseconds(value));
        for (const double share : {0.0, 0.5, 0.999, 1.0}) BOOST_TEST(h->at(share).count() == value);
    }
}

BOOST_AUTO_TEST_CASE(below_nothing_counts_as_nothing) {
    const auto h = std::make_unique<histogram>();
    h->add(nanoseconds(-5));
    BOOST_TEST(h->count() == 1U);
    BOOST_TEST(h->max().count() == 0);
}

BOOST_AUTO_TEST_CASE(a_sum_is_as_if_all_had_gone_into_one) {
    const auto a = std::make_unique<histogram>();
    const auto b = std::make_unique<histogram>();
    const auto all = std::make_unique<histogram>();
    for (const std::int64_t each : sorted_sample(5'000, 2)) {
        (each % 2 == 0 ? *a : *b).add(nanoseconds(each));
        all->add(nanoseconds(each));
    }
    a->add(*b);
    BOOST_TEST(a->count() == all->count());
    BOOST_TEST(a->mean().count() == all->mean().count());
    for (const double share : {0.01, 0.5, 0.99, 1.0})
        BOOST_TEST(a->at(share).count() == all->at(share).count());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(load_arrivals)

BOOST_AUTO_TEST_CASE(they_come_in_order_at_their_mean_rate) {
    arrivals a(1000, 1);
    nanoseconds last{0};
    for (int i = 0; i < 100'000; ++i) {
        const nanoseconds next = a.next();
        BOOST_REQUIRE(next >= last);
        last = next;
    }
    BOOST_TEST(std::chrono::duration<double>(last).count() == 100.0, boost::test_tools::tolerance(0.02));
}

BOOST_AUTO_TEST_CASE(they_do_not_come_in_step) {
    arrivals a(1000, 1);
    int close = 0; // a Poisson process: two thirds of the gaps are shorter than the mean
    nanoseconds last{0};
    for (int i = 0; i < 10'000; ++i) {
        const nanoseconds next = a.next();
        close += next - last < std::chrono::milliseconds(1) ? 1 : 0;
        last = next;
    }
    BOOST_TEST(close > 6'000);
    BOOST_TEST(close < 6'600);
}

BOOST_AUTO_TEST_SUITE_END()
