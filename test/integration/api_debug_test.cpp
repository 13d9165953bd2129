// What an admin sees of the cores.
#include "test/support/server.hpp"

#include <boost/test/unit_test.hpp>

#include <string_view>

using holdfast::test::answer;
using holdfast::test::fleet;
using holdfast::test::until;
using holdfast::test::waiting_poll;

namespace {

std::int64_t sum(const answer& of, std::string_view group, std::string_view member) {
    std::int64_t out = 0;
    for (const auto& core : of.body.at("cores").as_array())
        out += core.at(group).at(member).to_number<std::int64_t>();
    return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(api_debug)

BOOST_AUTO_TEST_CASE(it_shows_waiting_polls_batches_and_the_pool) {
    fleet f({"--cores", "2", "--connections-per-core", "3"});
    {
        waiting_poll poll(f, f.server, "?wait=60&session=one");
        until("the poll to be seen", [&] { return sum(f.root.get("/debug"), "polls", "waiting") == 1; });
        const answer now = f.root.get("/debug");
        BOOST_TEST(now.body.at("cores").as_array().size() == 2U);
        BOOST_TEST(sum(now, "polls", "belowSecond") + sum(now, "polls", "belowTenSeconds") +
                       sum(now, "polls", "belowMinute") ==
                   1);
        BOOST_TEST(sum(now, "polls", "longer") == 0);
        BOOST_TEST(sum(now, "database", "connections") == 6);
        BOOST_TEST(sum(now, "batches", "count") > 0);
        BOOST_TEST(sum(now, "batches", "calls") >= sum(now, "batches", "count"));
    }
    until("the poll to be gone", [&] { return sum(f.root.get("/debug"), "polls", "waiting") == 0; });
}

BOOST_AUTO_TEST_SUITE_END()
