// PostgreSQL crashes under load: what was answered with 200 is there afterwards, and polls that waited still
// wait and are answered.
#include "test/faults/load.hpp"

#include <boost/test/unit_test.hpp>

using holdfast::test::fleet;
using holdfast::test::load;
using holdfast::test::own_postgres;
using holdfast::test::server_process;

BOOST_AUTO_TEST_SUITE(database_restart_under_load)

BOOST_AUTO_TEST_CASE(nothing_is_lost_and_waiting_polls_go_on_waiting) {
    const own_postgres database;
    fleet f(load::server_arguments, database.dsn());
    const server_process second(f.home, load::server_arguments);
    load agents(f, {&f.server, &second}, {});
    constexpr int parked = 8;
    for (int i = 0; i < parked; ++i) agents.park(i % 2, i % 4 < 2);
    agents.run([&] {
        for (const double share : {0.2, 0.5, 0.7}) {
            agents.wait_for_share(share);
            database.crash();
            database.start();
        }
        agents.wake_parked();
    });
    BOOST_TEST(agents.woken() == parked);
    agents.judge();
}

BOOST_AUTO_TEST_SUITE_END()
