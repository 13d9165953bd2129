// PostgreSQL that goes on, and fails some or all of what is asked of it.
#include "test/faults/load.hpp"

#include <boost/test/unit_test.hpp>

using holdfast::asio::io_context;
using holdfast::test::client;
using holdfast::test::felt;
using holdfast::test::fleet;
using holdfast::test::load;
using holdfast::test::own_postgres;
using holdfast::test::scratch_database;
using holdfast::test::server_process;
using holdfast::test::session_hog;
using holdfast::test::until;

namespace {

constexpr const char* listening = "(query LIKE 'LISTEN %' OR query = 'SELECT 1')";

// `what` of the sessions of this database, without one's own.
std::string of_sessions(const scratch_database& of, const std::string& what, const std::string& which) {
    return of.ask("SELECT count(" + what +
                  ") FROM (SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
                  " AND pid <> pg_backend_pid() AND " +
                  which + ") AS them");
}

void end_sessions(const scratch_database& of, const std::string& which) {
    of_sessions(of, "pg_terminate_backend(pid)", which);
}

void wait_until_ready(const server_process& each) {
    io_context context{1};
    client who(context, each, each.home().root_token());
    until("the server is ready", [&] { return who.get("/readyz").status == 200; });
}

} // namespace

BOOST_AUTO_TEST_SUITE(database_troubles)

BOOST_AUTO_TEST_CASE(sessions_that_are_ended_again_and_again) {
    fleet f(load::server_arguments);
    const server_process second(f.home, load::server_arguments);
    load agents(f, {&f.server, &second}, {.tasks = 600});
    agents.run([&] {
        constexpr int times = 30;
        for (int i = 0; i < times; ++i) {
            agents.wait_for_share(0.1 + 0.7 * i / times);
            end_sessions(f.home.database(), "true ORDER BY random() LIMIT 2");
        }
    });
    agents.judge();
}

BOOST_AUTO_TEST_CASE(a_database_without_a_session_left) {
    const own_postgres database;
    fleet f(load::server_arguments, database.dsn());
    const server_process second(f.home, load::server_arguments);
    load agents(f, {&f.server, &second}, {.tasks = 300, .wait = std::chrono::seconds(1)});
    constexpr int parked = 4;
    for (int i = 0; i < parked; ++i) agents.park(i % 2, i < 2);
    agents.run([&] {
        for (const double share : {0.2, 0.5}) {
            agents.wait_for_share(share);
            const session_hog all(f.home.database());
            agents.wait_until_felt();
        }
        agents.wake_parked();
    });
    BOOST_TEST(agents.woken() == parked);
    agents.judge();
    wait_until_ready(f.server);
    wait_until_ready(second);
}

// Statements may take half a second, and the table of the tasks is locked for two.
BOOST_AUTO_TEST_CASE(a_lock_that_lasts_longer_than_statements_may) {
    fleet f(load::server_arguments, holdfast::test::server_dsn() + " options='-c statement_timeout=500'");
    const server_process second(f.home, load::server_arguments);
    load agents(f, {&f.server, &second}, {.tasks = 300});
    agents.run([&] {
        for (const double share : {0.2, 0.4, 0.6}) {
            agents.wait_for_share(share);
            f.home.database().execute(
                "SET statement_timeout = 0; BEGIN; LOCK TABLE tasks; SELECT pg_sleep(2);"
                " COMMIT");
        }
    });
    agents.judge();
}

BOOST_AUTO_TEST_CASE(notifications_that_are_cut_cost_no_request) {
    fleet f(load::server_arguments);
    const server_process second(f.home, load::server_arguments);
    load agents(f, {&f.server, &second}, {.tasks = 300});
    constexpr int parked = 4;
    for (int i = 0; i < parked; ++i) agents.park(i % 2, i < 2);
    agents.run([&] {
        for (const double share : {0.2, 0.4, 0.6, 0.8}) {
            agents.wait_for_share(share);
            until("both servers listen",
                  [&] { return of_sessions(f.home.database(), "*", listening) == "2"; });
            end_sessions(f.home.database(), listening);
        }
        agents.wake_parked();
    });
    BOOST_TEST(agents.woken() == parked);
    agents.judge(felt::no);
}

BOOST_AUTO_TEST_SUITE_END()
