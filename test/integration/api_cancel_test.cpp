// What operators decide about tasks, and how a running agent hears of it; progress on the way.
#include "test/support/server.hpp"

#include <boost/test/unit_test.hpp>

using holdfast::net::verb;
using holdfast::test::answer;
using holdfast::test::client;
using holdfast::test::fleet;

namespace {

struct deciding : fleet {
    deciding() : fleet({"--retry-base", "600", "--retry-cap", "600"}) {}

    std::string tasks() const { return "/agents/" + agent + "/tasks"; }

    std::string of(const std::string& task, const std::string& what) const {
        return tasks() + "/" + task + "/" + what;
    }

    std::string running_task() {
        const std::string task = make_task(agent);
        BOOST_TEST_REQUIRE(root.get(tasks()).status == 200U);
        BOOST_TEST_REQUIRE(root.post(of(task, "ack")).status == 200U);
        return task;
    }

    answer beat(const std::string& more = "") {
        return root.post("/agents/" + agent + "/heartbeat", R"({"version":"1","os":"linux")" + more + "}");
    }
};

std::string cancelled_in(const answer& a) {
    const auto& ids = a.body.at("cancelTasks").as_array();
    return ids.empty() ? "" : std::string(ids.at(0).as_string());
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(api_cancel, deciding)

BOOST_AUTO_TEST_CASE(a_cancelled_task_is_handed_out_no_more) {
    const std::string task = make_task(agent);
    const answer first = root.post("/tasks/" + task + "/cancel");
    BOOST_TEST_REQUIRE(first.status == 200U);
    BOOST_TEST(first.text("status") == "cancelled");
    BOOST_TEST(!first.text("completedAt").empty());
    const answer again = root.post("/tasks/" + task + "/cancel");
    BOOST_TEST(again.status == 200U);
    BOOST_TEST(again.text("completedAt") == first.text("completedAt"));
    BOOST_TEST(root.get(tasks()).status == 204U);
}

BOOST_AUTO_TEST_CASE(an_offer_that_was_cancelled_can_not_be_started) {
    const std::string task = make_task(agent);
    BOOST_TEST_REQUIRE(root.get(tasks()).status == 200U);
    BOOST_TEST_REQUIRE(root.post("/tasks/" + task + "/cancel").status == 200U);
    const answer started = root.post(of(task, "ack"));
    BOOST_TEST(started.status == 409U);
    BOOST_TEST(started.text("detail").find("cancelled") != std::string::npos);
    BOOST_TEST(beat().body.at("cancelTasks").as_array().empty()); // nothing runs
}

BOOST_AUTO_TEST_CASE(what_is_over_can_not_be_cancelled) {
    const std::string task = running_task();
    BOOST_TEST_REQUIRE(root.post(of(task, "result"), R"({"status":"completed"})").status == 200U);
    const answer refused = root.post("/tasks/" + task + "/cancel");
    BOOST_TEST(refused.status == 409U);
    BOOST_TEST(refused.text("detail").find("completed") != std::string::npos);
    BOOST_TEST(root.post("/tasks/" + task + "/retry").status == 409U);
    BOOST_TEST(root.post("/tasks/019a9c20-5b1e-7d03-b6f2-0d7c41a8e5f1/cancel").status == 404U);
    BOOST_TEST(root.post("/tasks/019a9c20-5b1e-7d03-b6f2-0d7c41a8e5f1/retry").status == 404U);
}

BOOST_AUTO_TEST_CASE(heartbeat_and_progress_tell_the_agent_to_stop) {
    const std::string task = running_task();
    BOOST_TEST(beat().body.at("cancelTasks").as_array().empty());
    BOOST_TEST_REQUIRE(root.post("/tasks/" + task + "/cancel").status == 200U);
    BOOST_TEST(cancelled_in(beat()) == task);
    BOOST_TEST(cancelled_in(beat(R"(,"runningTasks":[")" + task + R"("])")) == task);
    BOOST_TEST(beat(R"(,"runningTasks":[])").body.at("cancelTasks").as_array().empty());
    const answer told = root.post(of(task, "progress"), R"({"attempt":1,"percentDone":50})");
    BOOST_TEST_REQUIRE(told.status == 200U);
    BOOST_TEST(told.body.at("cancelRequested").as_bool());
    BOOST_TEST(root.post(of(task, "result"), R"({"status":"completed"})").status == 409U);
    BOOST_TEST(root.get("/tasks/" + task).text("status") == "cancelled");
}

BOOST_AUTO_TEST_CASE(another_agent_is_not_told) {
    const std::string other = register_agent("other");
    const std::string task = running_task();
    BOOST_TEST_REQUIRE(root.post("/tasks/" + task + "/cancel").status == 200U);
    const answer theirs = root.post("/agents/" + other + "/heartbeat",
                                    R"({"version":"1","os":"linux","runningTasks":[")" + task + R"("]})");
    BOOST_TEST(theirs.body.at("cancelTasks").as_array().empty());
}

BOOST_AUTO_TEST_CASE(progress_renews_the_lease_and_operators_see_it) {
    const std::string task = running_task();
    home.database().execute("UPDATE tasks SET lease_until = now() + interval '30 s'");
    const answer told =
        root.post(of(task, "progress"),
                  R"({"attempt":1,"percentDone":12.5,"bytesDone":10,"totalBytes":80,"filesDone":1,)"
                  R"("totalFiles":8,"message":"/etc"})");
    BOOST_TEST_REQUIRE(told.status == 200U);
    BOOST_TEST(!told.body.at("cancelRequested").as_bool());
    const answer seen = root.get("/tasks/" + task);
    BOOST_TEST(seen.text("leaseExpiresAt") == told.text("leaseExpiresAt"));
    BOOST_TEST(
        home.database().ask("SELECT lease_until > now() + interval '300 s' FROM tasks WHERE task_id = '" +
                            task + "'") == "t");
    BOOST_TEST(seen.body.at("progress").at("percentDone").as_double() == 12.5);
    BOOST_TEST(seen.body.at("progress").at("message").as_string() == "/etc");
    BOOST_TEST(!seen.body.at("progress").as_object().contains("attempt"));
    BOOST_TEST(!seen.text("progressAt").empty());
}

BOOST_AUTO_TEST_CASE(progress_of_what_is_not_running_is_refused) {
    const std::string waiting = make_task(agent);
    BOOST_TEST(root.post(of(waiting, "progress"), "{}").status == 409U);
    BOOST_TEST_REQUIRE(root.get(tasks()).status == 200U);
    BOOST_TEST(root.post(of(waiting, "progress"), "{}").status == 409U);
    BOOST_TEST_REQUIRE(root.post(of(waiting, "ack")).status == 200U);
    BOOST_TEST(root.post(of(waiting, "progress"), R"({"attempt":7})").text("code") == "lease_lost");
    const std::string other = register_agent("other");
    BOOST_TEST(root.post("/agents/" + other + "/tasks/" + waiting + "/progress", "{}").status == 404U);
    for (const char* wrong : {R"({"percentDone":101})", R"({"percentDone":-1})", R"({"bytesDone":-1})",
                              R"({"totalFiles":-2})", R"({"percentDone":"x"})"}) {
        const answer refused = root.post(of(waiting, "progress"), wrong);
        BOOST_TEST(refused.status == 400U);
        BOOST_TEST(refused.body.at("errors").as_array().size() == 1U);
    }
    BOOST_TEST(root.post(of(waiting, "progress")).status == 200U); // a sign of life says nothing more
}

BOOST_AUTO_TEST_CASE(a_failed_task_is_retried_with_all_its_attempts) {
    const std::string task = running_task();
    BOOST_TEST_REQUIRE(
        root.post(of(task, "result"), R"({"status":"failed","errorCategory":"permission"})").text("status") ==
        "failed");
    const answer retried = root.post("/tasks/" + task + "/retry");
    BOOST_TEST_REQUIRE(retried.status == 200U);
    BOOST_TEST(retried.text("status") == "pending");
    BOOST_TEST(retried.number("failures") == 0);
    BOOST_TEST(root.post("/tasks/" + task + "/retry").status == 200U); // again: it is pending
    const answer got = root.get(tasks());
    BOOST_TEST_REQUIRE(got.status == 200U);
    BOOST_TEST(got.body.at("tasks").at(0).at("attempt").as_int64() == 2);
}

BOOST_AUTO_TEST_CASE(retry_ends_a_delay) {
    const std::string task = running_task();
    const answer failed = root.post(of(task, "result"), R"({"status":"failed","errorCategory":"network"})");
    BOOST_TEST_REQUIRE(failed.text("status") == "pending");
    home.database().execute(
        "UPDATE tasks SET not_before = now() + interval '1 hour'"); // the jitter may be short
    BOOST_TEST(root.get(tasks()).status == 204U);
    const answer retried = root.post("/tasks/" + task + "/retry");
    BOOST_TEST(retried.number("failures") == 1);
    BOOST_TEST(root.get(tasks()).status == 200U);
}

BOOST_AUTO_TEST_CASE(a_cancelled_task_can_be_retried) {
    const std::string task = running_task();
    BOOST_TEST_REQUIRE(root.post("/tasks/" + task + "/cancel").status == 200U);
    BOOST_TEST_REQUIRE(root.post("/tasks/" + task + "/retry").text("status") == "pending");
    BOOST_TEST(beat().body.at("cancelTasks").as_array().empty());
    BOOST_TEST_REQUIRE(root.get(tasks()).status == 200U);
    BOOST_TEST(root.post(of(task, "ack"), R"({"attempt":1})").text("code") == "lease_lost");
    BOOST_TEST(root.post(of(task, "ack"), R"({"attempt":2})").status == 200U);
}

BOOST_AUTO_TEST_CASE(viewers_and_agents_decide_nothing) {
    const std::string task = make_task(agent);
    for (const char* kind : {"viewer", "enroll"}) {
        const answer made = root.post("/tokens", std::string(R"({"kind":")") + kind + R"(","name":"t"})");
        BOOST_TEST_REQUIRE(made.status == 201U);
        client who(context, server, made.text("token"));
        BOOST_TEST(who.post("/tasks/" + task + "/cancel").status == 403U);
        BOOST_TEST(who.post("/tasks/" + task + "/retry").status == 403U);
    }
    BOOST_TEST(root.get("/tasks/" + task).text("status") == "pending");
}

BOOST_AUTO_TEST_SUITE_END()
