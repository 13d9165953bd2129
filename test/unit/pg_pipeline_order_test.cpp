#include "db/postgres/pipeline_order.hpp"

#include <boost/test/unit_test.hpp>

#include <initializer_list>
#include <string>

namespace {

using holdfast::pg::event;
using holdfast::pg::pipeline_order;
using holdfast::pg::verdict;

// r rows, e error, a aborted, 0 null, s sync, x other -> what each led to: . nothing, k<n> keep, f<n> failed,
// A answered, B broken.
std::string play(pipeline_order& order, std::string_view events) {
    std::string out;
    for (const char c : events) {
        const event what = c == 'r'   ? event::rows
                           : c == 'e' ? event::error
                           : c == 'a' ? event::aborted
                           : c == '0' ? event::null
                           : c == 's' ? event::sync
                                      : event::other;
        const auto got = order.on(what);
        switch (got.what) {
        case verdict::nothing: out += '.'; break;
        case verdict::keep: out += 'k' + std::to_string(got.statement); break;
        case verdict::failed: out += 'f' + std::to_string(got.statement); break;
        case verdict::answered: out += 'A'; break;
        case verdict::broken: out += 'B'; break;
        }
    }
    return out;
}

pipeline_order of(std::initializer_list<std::size_t> units) {
    pipeline_order order;
    for (const std::size_t statements : units) order.sent(statements, true);
    return order;
}

} // namespace

BOOST_AUTO_TEST_SUITE(pg_pipeline_order)

BOOST_AUTO_TEST_CASE(each_unit_is_answered_by_its_own_sync) {
    pipeline_order order = of({1, 1, 2});
    BOOST_TEST(order.in_flight() == 3U);
    BOOST_TEST(play(order, "r0s") == "k0.A");
    BOOST_TEST(order.in_flight() == 2U);
    BOOST_TEST(play(order, "r0sr0r0s") == "k0.Ak0.k1.A");
    BOOST_TEST(order.in_flight() == 0U);
    BOOST_TEST(!order.waiting());
}

BOOST_AUTO_TEST_CASE(only_the_first_error_of_a_unit_counts_and_the_next_unit_is_clean) {
    pipeline_order order = of({3, 1});
    BOOST_TEST(play(order, "r0e0a0s") == "k0.f1...A");
    BOOST_TEST(play(order, "r0s") == "k0.A");
}

BOOST_AUTO_TEST_CASE(a_unit_of_two_stretches_is_answered_by_the_second_sync) {
    pipeline_order order;
    order.sent(3, false);
    order.sent(1, true);
    order.sent(1, true);
    BOOST_TEST(order.in_flight() == 2U);
    BOOST_TEST(play(order, "r0r0r0sr0s") == "k0.k1.k2..k3.A");
    BOOST_TEST(play(order, "e0s") == "f0.A");
}

BOOST_AUTO_TEST_CASE(an_error_in_the_first_stretch_hides_one_in_the_second) {
    pipeline_order order;
    order.sent(2, false);
    order.sent(1, true);
    BOOST_TEST(play(order, "r0e0se0s") == "k0.f1....A");
    order.sent(1, true);
    BOOST_TEST(play(order, "e0s") == "f0.A");
}

BOOST_AUTO_TEST_CASE(what_nobody_asked_for_breaks_it) {
    for (const char* events : {"r", "0", "s", "e", "x"}) {
        pipeline_order idle;
        BOOST_TEST(play(idle, events) == "B", events);
    }
    for (const char* events : {"s", "r0r", "rr", "rs", "x", "0s"}) {
        pipeline_order order = of({1});
        BOOST_TEST(play(order, events).back() == 'B', events);
    }
}

BOOST_AUTO_TEST_CASE(endless_nulls_break_it) {
    pipeline_order order = of({1, 1});
    BOOST_TEST(play(order, "e000") == "f0..B");
}

BOOST_AUTO_TEST_SUITE_END()
