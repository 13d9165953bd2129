#include "app/agent/pauses.hpp"

#include <boost/test/unit_test.hpp>

using holdfast::app::pauses;
using std::chrono::milliseconds;
using std::chrono::seconds;

BOOST_AUTO_TEST_SUITE(agent_pauses)

BOOST_AUTO_TEST_CASE(the_longest_pause_doubles_up_to_the_cap) {
    std::array<milliseconds, 9> longest{};
    for (unsigned seed = 1; seed <= 400; ++seed) {
        pauses p(seed * 2'654'435'761U); // its first draws are small from small seeds
        for (milliseconds& each : longest) each = std::max(each, p.next());
    }
    milliseconds bound = pauses::base;
    for (const milliseconds each : longest) {
        BOOST_TEST(each.count() <= bound.count());
        BOOST_TEST(each.count() > bound.count() / 2); // 400 draws of which none is in the upper half: never
        bound = std::min(2 * bound, pauses::cap);
    }
}

BOOST_AUTO_TEST_CASE(jitter_is_full) {
    bool short_one = false;
    for (unsigned seed = 1; seed <= 400; ++seed)
        short_one = short_one || pauses(seed).next() < pauses::base / 10;
    BOOST_TEST(short_one);
}

BOOST_AUTO_TEST_CASE(never_shorter_than_the_server_asks) {
    pauses p(1);
    BOOST_TEST(p.next(seconds(90)).count() == 90'000);
}

BOOST_AUTO_TEST_CASE(reset_begins_anew) {
    pauses p(1);
    for (int i = 0; i < 10; ++i) (void)p.next();
    p.reset();
    for (int i = 0; i < 50; ++i) {
        BOOST_TEST(p.next().count() <= pauses::base.count());
        p.reset();
    }
}

BOOST_AUTO_TEST_SUITE_END()
