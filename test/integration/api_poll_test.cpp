// The long poll on the real program: waiting, waking, hanging up, sessions, two servers.
#include "test/support/server.hpp"

#include <boost/test/unit_test.hpp>

using holdfast::net::verb;
using holdfast::test::answer;
using holdfast::test::client;
using holdfast::test::fleet;
using holdfast::test::server_process;
using holdfast::test::waiting_poll;

namespace {

std::string task_in(const answer& a) {
    return a.status == 200 ? std::string(a.body.at("tasks").at(0).at("taskId").as_string()) : "";
}

} // namespace

BOOST_AUTO_TEST_SUITE(api_poll, *boost::unit_test::label("tsan"))

BOOST_AUTO_TEST_CASE(a_poll_waits_for_a_task_and_says_how_long_it_may) {
    fleet f({"--wait-max", "20"});
    waiting_poll poll(f, f.server, "?wait=600");
    f.wait_for_metric("polls_waiting", 1);
    const std::string task = f.make_task(f.agent);
    BOOST_TEST(task_in(poll.finish()) == task);
    BOOST_TEST(poll.got.raw.header("Preference-Applied") == "wait=20");
    const answer empty =
        f.root.call(verb::get, f.poll_target(f.agent), "", {{"Prefer", "respond-async, wait=1"}});
    BOOST_TEST(empty.status == 204U);
    BOOST_TEST(empty.raw.header("Preference-Applied") == "wait=1");
}

BOOST_AUTO_TEST_CASE(a_poll_is_woken_when_a_task_comes_due) {
    fleet f;
    const std::string soon = f.home.database().ask(
        "SELECT to_char((now() + interval '2 s') AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')");
    const std::string task = f.make_task(f.agent, R"(,"scheduledFor":")" + soon + '"');
    BOOST_TEST(f.root.get(f.poll_target(f.agent)).status == 204U);
    const answer got = f.root.get(f.poll_target(f.agent, "?wait=30"));
    BOOST_TEST(task_in(got) == task);
    const std::string assigned(got.body.at("tasks").at(0).at("assignedAt").as_string());
    BOOST_TEST(assigned.substr(0, 23) >= soon.substr(0, 23)); // to the millisecond
}

BOOST_AUTO_TEST_CASE(who_hangs_up_is_assigned_nothing) {
    fleet f;
    {
        waiting_poll poll(f, f.server, "?wait=60");
        f.wait_for_metric("polls_waiting", 1);
    }
    f.wait_for_metric("polls_abandoned_total", 1);
    const std::string task = f.make_task(f.agent);
    BOOST_TEST(f.root.get("/tasks/" + task).text("status") == "pending");
    BOOST_TEST(task_in(f.root.get(f.poll_target(f.agent))) == task);
}

BOOST_AUTO_TEST_CASE(a_lost_answer_costs_a_session_one_round_trip) {
    fleet f;
    const std::string task = f.make_task(f.agent);
    BOOST_TEST_REQUIRE(f.root.get(f.poll_target(f.agent, "?session=one")).status == 200U);
    BOOST_TEST(f.root.get(f.poll_target(f.agent, "?session=two")).status == 204U); // not that session's
    BOOST_TEST(f.root.get(f.poll_target(f.agent)).status == 204U);
    const answer again = f.root.get(f.poll_target(f.agent, "?session=one"));
    BOOST_TEST_REQUIRE(task_in(again) == task);
    BOOST_TEST(again.body.at("tasks").at(0).at("attempt").as_int64() == 1);
    BOOST_TEST_REQUIRE(f.root.post(f.poll_target(f.agent, "/" + task + "/ack")).status == 200U);
    BOOST_TEST(f.root.get(f.poll_target(f.agent, "?session=one")).status == 204U); // acknowledged: not again
}

BOOST_AUTO_TEST_CASE(the_newest_poll_of_a_session_wins_on_every_server) {
    fleet f;
    const server_process second(f.home);
    waiting_poll oldest(f, f.server, "?wait=60&session=s");
    f.wait_for_metric("polls_waiting", 1);
    waiting_poll older(f, f.server, "?wait=60&session=s");
    BOOST_TEST(oldest.finish().status == 204U);
    f.wait_for_metric("polls_waiting", 1);
    waiting_poll newest(f, second, "?wait=60&session=s");
    BOOST_TEST(older.finish().status == 204U);
    const std::string task = f.make_task(f.agent);
    BOOST_TEST(task_in(newest.finish()) == task);
}

BOOST_AUTO_TEST_CASE(a_task_made_on_one_server_wakes_a_poll_on_another) {
    fleet f;
    server_process second(f.home);
    waiting_poll poll(f, second, "?wait=60");
    client other(f.context, second, f.home.root_token());
    while (other.get("/metrics").raw.body.find("\npolls_waiting 1\n") == std::string::npos) {
    }
    const std::string task = f.make_task(f.agent);
    BOOST_TEST(task_in(poll.finish()) == task);
    BOOST_TEST(second.stop() == 0);
}

BOOST_AUTO_TEST_CASE(without_notify_the_sweep_finds_it) {
    fleet f({"--no-notify"});
    const server_process second(f.home, {"--no-notify"});
    waiting_poll poll(f, second, "?wait=60");
    const std::string task = f.make_task(f.agent);
    BOOST_TEST(task_in(poll.finish()) == task);
}

BOOST_AUTO_TEST_CASE(a_cancel_reaches_the_waiting_poll_of_a_session_on_every_server) {
    fleet f;
    const server_process second(f.home);
    for (const server_process* at : {static_cast<const server_process*>(&f.server), &second}) {
        f.wait_for_metric("polls_waiting", 0); // those of the round before would take the task
        const std::string task = f.make_task(f.agent);
        BOOST_TEST_REQUIRE(task_in(f.root.get(f.poll_target(f.agent, "?session=s"))) == task);
        BOOST_TEST_REQUIRE(f.root.post(f.poll_target(f.agent, "/" + task + "/ack")).status == 200U);
        waiting_poll poll(f, *at, "?wait=60&session=s");
        waiting_poll without(f, *at, "?wait=60");
        client other(f.context, *at, f.home.root_token());
        while (other.get("/metrics").raw.body.find("\npolls_waiting 2\n") == std::string::npos) {
        }
        BOOST_TEST_REQUIRE(f.root.post("/tasks/" + task + "/cancel").status == 200U);
        BOOST_TEST_REQUIRE(poll.finish().status == 200U);
        BOOST_TEST(poll.got.number("count") == 0);
        BOOST_TEST(poll.got.body.at("tasks").as_array().empty());
        BOOST_TEST(poll.got.body.at("cancelTasks").at(0).as_string() == task);
        BOOST_TEST(!without.done);
    }
}

BOOST_AUTO_TEST_CASE(a_server_that_goes_down_answers_its_polls) {
    fleet f;
    waiting_poll poll(f, f.server, "?wait=60");
    f.wait_for_metric("polls_waiting", 1);
    BOOST_TEST(f.server.stop() == 0);
    BOOST_TEST(poll.finish().status == 204U);
    BOOST_TEST(poll.got.raw.header("Connection") == "close");
}

BOOST_AUTO_TEST_CASE(killed_servers_lose_nothing) {
    fleet f({"--offer-lease", "1"});
    const std::string offered = f.make_task(f.agent);
    BOOST_TEST_REQUIRE(task_in(f.root.get(f.poll_target(f.agent))) == offered);
    f.server.kill();
    f.server.start_again();
    client back(f.context, f.server, f.home.root_token());
    const answer again = back.get(f.poll_target(f.agent, "?wait=30"));
    BOOST_TEST(task_in(again) == offered);
}

BOOST_AUTO_TEST_SUITE_END()
