// A standby takes over under load: servers that name both hosts follow by themselves, and what was
// acknowledged is there.
#include "test/faults/load.hpp"

#include <boost/test/unit_test.hpp>

using holdfast::test::dsn_option;
using holdfast::test::fleet;
using holdfast::test::load;
using holdfast::test::own_postgres;
using holdfast::test::server_process;
using holdfast::test::standby_of;

namespace {

std::string dsn_of_both(const own_postgres& a, const own_postgres& b) {
    std::string out = "target_session_attrs=read-write";
    for (const char* keyword : {"host", "port"})
        out += std::string(" ") + keyword + "=" + dsn_option(a.dsn(), keyword) + "," +
               dsn_option(b.dsn(), keyword);
    for (const char* keyword : {"user", "dbname"})
        out += std::string(" ") + keyword + "=" + dsn_option(a.dsn(), keyword);
    return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(failover)

BOOST_AUTO_TEST_CASE(a_standby_takes_over_and_nothing_is_lost) {
    const own_postgres primary;
    const own_postgres standby(standby_of{primary});
    fleet f(load::server_arguments, dsn_of_both(primary, standby));
    const server_process second(f.home, load::server_arguments);
    load agents(f, {&f.server, &second}, {.tasks = 600, .wait = std::chrono::seconds(1)});
    constexpr int parked = 4;
    for (int i = 0; i < parked; ++i) agents.park(i % 2, i < 2);
    agents.run([&] {
        agents.wait_for_share(0.4);
        primary.crash();
        standby.promote();
        agents.wait_for_share(0.7);
        agents.wake_parked();
    });
    BOOST_TEST(agents.woken() == parked);
    agents.judge();
}

// It still says that it takes writes, and no write ends: who would have to confirm it is a primary now.
BOOST_AUTO_TEST_CASE(an_old_primary_that_nobody_takes_down_is_left) {
    const own_postgres primary;
    const own_postgres standby(standby_of{primary});
    fleet f(load::server_arguments, dsn_of_both(primary, standby));
    load agents(f, {&f.server}, {.tasks = 200, .wait = std::chrono::seconds(1)});
    agents.run([&] {
        agents.wait_for_share(0.3);
        standby.promote();
        agents.wait_for_share(0.6);
        primary.crash(); // for who judges: the server is with the other
    });
    agents.judge();
}

// As those do that run out of space, or are about to hand over.
BOOST_AUTO_TEST_CASE(a_database_that_takes_no_writes_for_a_while) {
    const own_postgres database;
    fleet f(load::server_arguments, database.dsn());
    const server_process second(f.home, load::server_arguments);
    load agents(f, {&f.server, &second}, {.tasks = 300, .wait = std::chrono::seconds(1)});
    const auto read_only = [&f](const std::string& value) {
        f.home.database().execute("ALTER SYSTEM SET default_transaction_read_only = " + value);
        f.home.database().execute("SELECT pg_reload_conf()");
    };
    agents.run([&] {
        for (const double share : {0.3, 0.6}) {
            agents.wait_for_share(share);
            read_only("on");
            agents.wait_until_felt();
            read_only("off");
        }
    });
    agents.judge();
}

BOOST_AUTO_TEST_SUITE_END()
