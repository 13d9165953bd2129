// Servers that are killed under load lose nothing and hand out nothing twice.
#include "test/faults/load.hpp"

#include <boost/test/unit_test.hpp>

using holdfast::test::fleet;
using holdfast::test::load;
using holdfast::test::server_process;

BOOST_AUTO_TEST_SUITE(kill_under_load, *boost::unit_test::label("tsan"))

BOOST_AUTO_TEST_CASE(nothing_is_lost_and_nothing_twice) {
    fleet f(load::server_arguments);
    server_process second(f.home, load::server_arguments);
    load agents(f, {&f.server, &second}, {});
    agents.run([&] {
        constexpr int kills = 5;
        for (int i = 0; i < kills; ++i) {
            server_process& victim = i % 2 == 0 ? f.server : second;
            agents.wait_for_share((i + 0.5) / (kills + 1.0));
            victim.kill();
            agents.wait_for_share((i + 0.9) / (kills + 1.0)); // on the other alone
            victim.start_again();
        }
    });
    agents.judge();
}

BOOST_AUTO_TEST_CASE(nothing_is_lost_when_all_servers_are_killed_at_once) {
    fleet f(load::server_arguments);
    server_process second(f.home, load::server_arguments);
    holdfast::test::load_settings small;
    small.tasks = 200;
    load agents(f, {&f.server, &second}, small);
    agents.run([&] {
        agents.wait_for_share(0.4);
        f.server.kill();
        second.kill();
        f.server.start_again();
        second.start_again();
    });
    agents.judge();
}

BOOST_AUTO_TEST_SUITE_END()
