// Callers that go, on the whole program: who hangs up while waiting is assigned nothing, and what could not
// be delivered is given back at once.
#include "test/support/server.hpp"
#include "test/support/tls.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

using holdfast::net::verb;
using holdfast::test::answer;
using holdfast::test::fleet;
using holdfast::test::task_body;
using holdfast::test::tls_client;

namespace {

constexpr int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};

struct hang_up {
    const char* name;
    void (*go)(tls_client&);
};

constexpr hang_up hang_ups_known[] = {
    {"FIN", [](tls_client& c) { c.close(); }},
    {"RST", [](tls_client& c) { c.reset(); }},
    {"close_notify", [](tls_client& c) { c.say_close(); }},
    {"half-close", [](tls_client& c) { c.half_close(); }},
};

std::string poll_request(const fleet& f, const std::string& agent, const std::string& query) {
    return "GET " + f.poll_target(agent, query) + " HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer " +
           f.home.root_token() + "\r\n\r\n";
}

// A megabyte each.
void make_big_tasks(fleet& f, int count) {
    std::string paths;
    for (int i = 0; i < 1000; ++i) paths += (i == 0 ? "\"" : ",\"") + std::string(1000, 'x') + "\"";
    const std::string policy =
        R"({"name":"big","schedule":"@daily","includePaths":["/etc"],"repository":"/backup",)";
    const answer big = f.root.post("/policies", policy + "\"excludePaths\":[" + paths + "]}");
    BOOST_TEST_REQUIRE(big.status == 201U);
    for (int i = 0; i < count; ++i)
        BOOST_TEST_REQUIRE(f.root.post("/tasks", task_body(f.agent, big.text("policyId"))).status == 201U);
}

std::string standing_of(const fleet& f, const std::string& task) {
    return f.home.database().ask("SELECT status || ' ' || attempt FROM tasks WHERE task_id = '" + task + "'");
}

} // namespace

BOOST_AUTO_TEST_SUITE(hang_ups)

BOOST_DATA_TEST_CASE(who_hangs_up_while_waiting_is_assigned_nothing, boost::unit_test::data::make(versions),
                     version) {
    fleet f({"--wait-max", "600"}); // longer than the patience below: no poll ends by itself
    int polls = 0;
    for (const hang_up& each : hang_ups_known)
        for (const char* query : {"?wait=600", "?wait=600&session=s"})
            BOOST_TEST_CONTEXT(each.name << " " << query) {
                const std::string agent = f.register_agent("caller-" + std::to_string(polls));
                BOOST_TEST_REQUIRE(!agent.empty());
                tls_client caller(f.server.port(), version, f.home.file("ca.pem"));
                caller.send(poll_request(f, agent, query));
                f.wait_for_metric("polls_waiting", 1);
                each.go(caller);
                f.wait_for_metric("polls_abandoned_total", ++polls);
                f.wait_for_metric("polls_waiting", 0);
                const std::string task = f.make_task(agent);
                BOOST_TEST(standing_of(f, task) == "pending 0");
                // Nobody was given it behind our back either: the next one that asks gets its first attempt.
                const answer got = f.root.get(f.poll_target(agent, "?session=next"));
                BOOST_TEST_REQUIRE(got.status == 200U);
                BOOST_TEST(got.body.at("tasks").at(0).at("attempt").as_int64() == 1);
            }
    f.wait_for_metric("tasks_given_back_total", 0);
    f.wait_for_metric("tasks_assigned_total", polls);
}

BOOST_AUTO_TEST_CASE(undelivered) {
    constexpr int tasks = 60;           // 60 MB in all: more than the buffers of both sockets hold
    fleet f({"--offer-lease", "3600"}); // no lease brings them back
    make_big_tasks(f, tasks);
    {
        tls_client deaf(f.server.port(), 0, f.home.file("ca.pem"));
        deaf.send(poll_request(f, f.agent, "?limit=100"));
        f.wait_for_metric("tasks_assigned_total", tasks);
        deaf.reset();
    }
    f.wait_for_metric("tasks_given_back_total", tasks);
    BOOST_TEST(f.home.database().ask("SELECT count(*) FROM tasks WHERE status = 'pending' AND attempt = 0"
                                     " AND lease_until IS NULL AND poll_id IS NULL") ==
               std::to_string(tasks));
    const answer again = f.root.get(f.poll_target(f.agent, "?limit=1"));
    BOOST_TEST_REQUIRE(again.status == 200U);
    BOOST_TEST(again.body.at("tasks").at(0).at("attempt").as_int64() == 1);
}

// A poll that arrives late is the session's newest, is offered what its agent has in hand already, and hears
// nothing of it: nobody else may be given the same attempt.
BOOST_AUTO_TEST_CASE(undelivered_to_a_poll_that_came_late) {
    constexpr int tasks = 14; // so much an answer may have, and more than the buffers of both sockets hold
    fleet f({"--offer-lease", "3600"});
    make_big_tasks(f, tasks);
    const answer got = f.root.get(f.poll_target(f.agent, "?limit=100&session=s"));
    BOOST_TEST_REQUIRE(got.number("count") == tasks);
    {
        tls_client late(f.server.port(), 0, f.home.file("ca.pem"));
        late.send(poll_request(f, f.agent, "?limit=100&session=s"));
        f.wait_for_metric("tasks_assigned_total", 2 * tasks);
        late.reset();
    }
    f.wait_for_metric("tasks_given_back_total", tasks);
    const std::string task(got.body.at("tasks").at(0).at("taskId").as_string());
    const answer other = f.root.get(f.poll_target(f.agent, "?limit=1&session=other"));
    BOOST_TEST_REQUIRE(other.body.at("tasks").at(0).at("taskId").as_string() == task);
    BOOST_TEST(other.body.at("tasks").at(0).at("attempt").as_int64() == 2);
    BOOST_TEST(f.root.post(f.poll_target(f.agent, "/" + task + "/ack"), "{\"attempt\":1}").status == 409U);
    BOOST_TEST(f.root.post(f.poll_target(f.agent, "/" + task + "/ack"), "{\"attempt\":2}").status == 200U);
}

BOOST_AUTO_TEST_SUITE_END()
