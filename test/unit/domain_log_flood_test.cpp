// How much of a flood of lines comes through to the log.
#include "domain/log_flood.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace {

using namespace holdfast;
using namespace std::chrono_literals;
using log::flood_gate;

constexpr steady_clock::time_point start{1000h};

int passed(flood_gate& gate, const std::string& message, int count, steady_clock::time_point now) {
    int out = 0;
    for (int i = 0; i < count; ++i) out += gate.pass(message, now).has_value() ? 1 : 0;
    return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(domain_log_flood)

BOOST_AUTO_TEST_CASE(a_kind_is_what_all_lines_of_one_place_begin_with) {
    BOOST_TEST(log::kind_of("a caller is refused") == "a caller is refused");
    BOOST_TEST(log::kind_of("[TASKS] Poll refused: no such agent") == "[TASKS] Poll refused");
    BOOST_TEST(log::kind_of("[TASKS] Gave 3 undelivered task(s)") == "[TASKS] Gave ");
}

BOOST_AUTO_TEST_CASE(a_flood_comes_through_once_a_second_with_the_count_of_the_rest) {
    flood_gate gate;
    BOOST_TEST(passed(gate, "flood", 1000, start) == 60);
    BOOST_TEST(passed(gate, "flood", 1000, start + 999ms) == 0);
    const auto left_out = gate.pass("flood", start + 1s);
    BOOST_TEST_REQUIRE(left_out.has_value());
    BOOST_TEST(*left_out == 1940U);
    BOOST_TEST(passed(gate, "flood", 1000, start + 1s) == 0);
    BOOST_TEST(passed(gate, "flood", 1000, start + 1h) == 60);
}

BOOST_AUTO_TEST_CASE(other_lines_come_through_meanwhile) {
    flood_gate gate;
    BOOST_TEST(passed(gate, "flood", 1000, start) == 60);
    const auto left_out = gate.pass("something else", start);
    BOOST_TEST_REQUIRE(left_out.has_value());
    BOOST_TEST(*left_out == 0U);
}

BOOST_AUTO_TEST_CASE(a_flood_of_kinds_becomes_one_kind) {
    flood_gate gate;
    int out = 0;
    for (char first = 'A'; first <= 'Z'; ++first)
        for (char second = 'A'; second <= 'Z'; ++second) out += passed(gate, {first, second}, 1, start);
    BOOST_TEST(out == 256 + 60);
}

BOOST_AUTO_TEST_SUITE_END()
