// The server as a role of the database that `migrate --serving-role` gave its rights to: all of it works, and
// the role can do nothing else.
#include "test/support/server.hpp"

#include <boost/test/unit_test.hpp>

#include <exception>

using holdfast::test::answer;
using holdfast::test::fleet;

namespace {

// All sessions of the fleet's database act as this role, the server's and the test's own.
struct limited : fleet {
    std::string role = home.database().name() + "_serving";

    limited() {
        home.database().execute("CREATE ROLE " + role);
        home.migrate({"--serving-role", role});
        home.database().execute("ALTER DATABASE " + home.database().name() + " SET role = " + role);
        BOOST_REQUIRE(server.stop() == 0);
        server.start_again();
    }

    ~limited() {
        home.database().execute("SET ROLE NONE; ALTER DATABASE " + home.database().name() +
                                " RESET role; DROP OWNED BY " + role + "; DROP ROLE " + role);
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(least_rights)

BOOST_AUTO_TEST_CASE(a_role_that_is_not_there_is_named) {
    const holdfast::test::installation home;
    BOOST_CHECK_EXCEPTION(home.migrate({"--serving-role", "no one's"}), std::exception, [](const auto& e) {
        return std::string(e.what()).find("no one's") != std::string::npos;
    });
}

BOOST_FIXTURE_TEST_CASE(the_server_needs_no_more, limited) {
    const std::string other = register_agent("other");
    BOOST_TEST(root.post("/policies/" + policy + "/agents/" + other).status < 300U);
    BOOST_TEST(root.post("/policies/" + policy + "/run").status < 300U);
    const std::string task = make_task(agent);
    const answer polled = root.get(poll_target(agent, "?session=one"));
    BOOST_REQUIRE(polled.status == 200U);
    BOOST_TEST(root.post(poll_target(agent) + "/" + task + "/ack").status == 200U);
    BOOST_TEST(root.post(poll_target(agent) + "/" + task + "/log", R"({"offset":0,"text":"a line"})").status <
               300U);
    BOOST_TEST(root.post(poll_target(agent) + "/" + task + "/result", R"({"status":"completed"})").status ==
               200U);
    BOOST_TEST(root.get("/tasks/" + task + "/explain").status == 200U);
    BOOST_TEST(root.get("/audit").status == 200U);
    BOOST_TEST(root.call(holdfast::net::verb::delete_, "/agents/" + other + "?force=true").status < 300U);
    wait_for_metric("holdfast_ready", 1);
    BOOST_TEST(server.log().find("permission denied") == std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(the_role_can_do_no_more, limited) {
    for (const char* deed :
         {"DROP TABLE tasks", "ALTER TABLE tasks ADD COLUMN more text", "CREATE TABLE more (x int)",
          "CREATE INDEX more ON tasks (task_id)", "TRUNCATE tasks", "DELETE FROM holdfast_migrations",
          "UPDATE holdfast_migrations SET sha256 = ''", "CREATE ROLE more"})
        BOOST_CHECK_THROW(home.database().execute(deed), std::exception);
    BOOST_TEST(home.database().ask("SELECT count(*) > 0 FROM holdfast_migrations") == "t");
}

BOOST_AUTO_TEST_SUITE_END()
