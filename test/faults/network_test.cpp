// The network between agents and servers, and between servers and PostgreSQL: cut, silent, slow, torn.
#include "test/faults/load.hpp"
#include "test/support/gate.hpp"

#include <boost/test/unit_test.hpp>

using holdfast::asio::io_context;
using holdfast::test::client;
using holdfast::test::dsn_option;
using holdfast::test::fleet;
using holdfast::test::gate;
using holdfast::test::load;
using holdfast::test::load_settings;
using holdfast::test::server_dsn;
using holdfast::test::server_process;
using holdfast::test::until;

namespace {

constexpr std::chrono::milliseconds blink{1};
constexpr load_settings impatient{
    .tasks = 400, .wait = std::chrono::seconds(1), .patience = std::chrono::seconds(2)};

std::string socket_of_postgres() {
    return dsn_option(server_dsn(), "host") + "/.s.PGSQL." + dsn_option(server_dsn(), "port");
}

std::string dsn_by(const gate& way) {
    return "host=127.0.0.1 port=" + std::to_string(way.port()) + " user=" + dsn_option(server_dsn(), "user") +
           " dbname=" + dsn_option(server_dsn(), "dbname");
}

// All that a network does, one after the other.
void misbehave(load& agents, gate& way) {
    agents.wait_for_share(0.1);
    way.cut();
    agents.wait_until_felt();
    way.open();
    agents.wait_for_share(0.2);
    way.hold(); // what is under way arrives late, when others have asked elsewhere
    agents.wait_until_felt();
    way.open();
    agents.wait_for_share(0.3);
    way.hold_answers(); // all is done, and nobody hears of it
    agents.wait_until_felt();
    way.cut();
    way.open();
    for (const double share : {0.4, 0.42, 0.44, 0.46, 0.48}) {
        agents.wait_for_share(share);
        way.tear();
    }
    agents.wait_for_share(0.5);
    way.slow(16'384, 20 * blink);
    agents.wait_for_share(0.6);
    way.slow(7, blink);
    agents.wait_for_share(0.65);
    way.open();
}

} // namespace

BOOST_AUTO_TEST_SUITE(network)

BOOST_AUTO_TEST_CASE(between_agents_and_one_of_two_servers) {
    fleet f(load::server_arguments);
    const server_process second(f.home, load::server_arguments);
    gate way(f.server.port());
    f.server.reached_by(way.port());
    load agents(f, {&f.server, &second}, impatient);
    agents.run([&] { misbehave(agents, way); });
    agents.judge();
}

BOOST_AUTO_TEST_CASE(between_agents_and_the_only_server) {
    fleet f(load::server_arguments);
    gate way(f.server.port());
    f.server.reached_by(way.port());
    load agents(f, {&f.server}, impatient);
    agents.run([&] { misbehave(agents, way); });
    agents.judge();
}

BOOST_AUTO_TEST_CASE(between_servers_and_postgres) {
    gate way(socket_of_postgres());
    fleet f(load::server_arguments, dsn_by(way));
    const server_process second(f.home, load::server_arguments);
    load agents(f, {&f.server, &second}, impatient);
    constexpr int parked = 4;
    for (int i = 0; i < parked; ++i) agents.park(i % 2, i < 2);
    agents.run([&] {
        misbehave(agents, way);
        agents.wake_parked();
    });
    BOOST_TEST(agents.woken() == parked);
    agents.judge();
}

// No end of the connection ever arrives: the servers give it up by themselves.
BOOST_AUTO_TEST_CASE(postgres_that_falls_silent_for_good) {
    gate way(socket_of_postgres());
    fleet f(load::server_arguments, dsn_by(way));
    load_settings settings = impatient;
    settings.tasks = 200;
    load agents(f, {&f.server}, settings);
    agents.run([&] {
        agents.wait_for_share(0.3);
        way.hold();
        io_context context{1};
        client watcher(context, f.server, f.home.root_token());
        until("the server gives it up", [&] { return watcher.get("/readyz").status == 503; });
        way.cut();
        way.open();
    });
    agents.judge();
}

BOOST_AUTO_TEST_SUITE_END()
