// A server that stands still for longer than all leases, and then goes on as if nothing had happened: what it
// thinks that it has is another's by then.
#include "test/faults/load.hpp"

#include <boost/test/unit_test.hpp>

#include <utility>

using holdfast::test::fleet;
using holdfast::test::frozen_server;
using holdfast::test::load;
using holdfast::test::server_process;
using holdfast::test::until;

namespace {

// The longest lease of load::server_arguments, and the sweep that ends it.
void outlast_the_leases(const fleet& f) {
    const std::string now = f.home.database().ask("SELECT now()");
    until("all leases are over", [&] {
        return f.home.database().ask("SELECT now() > '" + now + "'::timestamptz + interval '4.5 s'") == "t";
    });
}

} // namespace

BOOST_AUTO_TEST_SUITE(stopped_server)

BOOST_AUTO_TEST_CASE(late_news_changes_nothing_and_nothing_is_lost) {
    fleet f(load::server_arguments);
    const server_process second(f.home, load::server_arguments);
    load agents(f, {&f.server, &second},
                {.tasks = 500, .wait = std::chrono::seconds(1), .patience = std::chrono::seconds(2)});
    constexpr int parked = 4;
    for (int i = 0; i < parked; ++i) agents.park(i % 2, i < 2);
    agents.run([&] {
        agents.wait_for_share(0.2);
        for (const server_process* victim : {&std::as_const(f.server), &second, &std::as_const(f.server)}) {
            const frozen_server still(*victim);
            outlast_the_leases(f);
        }
        agents.wake_parked();
    });
    BOOST_TEST(agents.woken() == parked);
    agents.judge();
}

BOOST_AUTO_TEST_SUITE_END()
