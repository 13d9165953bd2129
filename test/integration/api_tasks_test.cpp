// The task calls of the contract, on the real program.
#include "test/support/server.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

using holdfast::test::answer;
using holdfast::test::client;
using holdfast::test::fleet;
using holdfast::test::task_body;

namespace {

const std::string stranger = "01890000-0000-7000-8000-000000000000"; // an id of nothing

struct quick_fleet : fleet {
    quick_fleet() : fleet({"--retry-base", "0", "--retry-cap", "0"}) {}

    std::string tasks() const { return "/agents/" + agent + "/tasks"; }

    std::string of(const std::string& task, const std::string& what) const {
        return tasks() + "/" + task + "/" + what;
    }

    // Made, polled and acknowledged.
    std::string running_task(const std::string& more = "") {
        const std::string task = make_task(agent, more);
        BOOST_TEST_REQUIRE(root.get(tasks()).status == 200U);
        BOOST_TEST_REQUIRE(root.post(of(task, "ack")).status == 200U);
        return task;
    }
};

std::string code(const answer& a) {
    return a.text("code");
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(api_tasks, quick_fleet)

BOOST_AUTO_TEST_CASE(a_poll_without_a_wait_is_answered_at_once) {
    const answer empty = root.get(tasks());
    BOOST_TEST(empty.status == 204U);
    BOOST_TEST(empty.raw.body.empty());
    const std::string task = make_task(agent);
    const answer got = root.get(tasks());
    BOOST_TEST_REQUIRE(got.status == 200U);
    BOOST_TEST(got.number("count") == 1);
    const auto& first = got.body.at("tasks").at(0).as_object();
    BOOST_TEST(first.at("taskId").as_string() == task);
    BOOST_TEST(first.at("policyId").as_string() == policy);
    BOOST_TEST(first.at("taskType").as_string() == "backup");
    BOOST_TEST(first.at("repository").as_string() == "/backup");
    BOOST_TEST(first.at("includePaths").at(0).as_string() == "/etc");
    BOOST_TEST(first.at("excludePaths").at(0).as_string() == "*.tmp");
    BOOST_TEST(first.at("retention").at("keepLast").as_int64() == 3);
    BOOST_TEST(first.at("executionParams").at("mood").as_string() == "calm");
    BOOST_TEST(first.at("status").as_string() == "assigned");
    BOOST_TEST(first.at("attempt").as_int64() == 1);
    BOOST_TEST(first.contains("leaseExpiresAt"));
    BOOST_TEST(root.get(tasks()).status == 204U); // only pending ones
}

BOOST_AUTO_TEST_CASE(tasks_come_in_the_order_of_their_time) {
    const std::string late = make_task(agent, R"(,"scheduledFor":"2020-01-02T00:00:00Z")");
    const std::string now = make_task(agent);
    const std::string early = make_task(agent, R"(,"scheduledFor":"2020-01-01T00:00:00+02:00")");
    const std::string future = make_task(agent, R"(,"scheduledFor":"2999-01-01T00:00:00Z")");
    const answer got = root.get(tasks());
    BOOST_TEST_REQUIRE(got.number("count") == 3);
    BOOST_TEST(got.body.at("tasks").at(0).at("taskId").as_string() == early);
    BOOST_TEST(got.body.at("tasks").at(1).at("taskId").as_string() == late);
    BOOST_TEST(got.body.at("tasks").at(2).at("taskId").as_string() == now);
    const answer ahead = root.get(tasks() + "?lookahead=all");
    BOOST_TEST_REQUIRE(ahead.number("count") == 1);
    BOOST_TEST(ahead.body.at("tasks").at(0).at("taskId").as_string() == future);
}

BOOST_AUTO_TEST_CASE(limit_and_types_are_kept) {
    for (int i = 0; i < 12; ++i) make_task(agent);
    BOOST_TEST(root.get(tasks() + "?types=check,prune").status == 204U);
    BOOST_TEST(root.get(tasks() + "?limit=1").number("count") == 1);
    BOOST_TEST(root.get(tasks()).number("count") == 10);
    BOOST_TEST(root.get(tasks() + "?types=backup&limit=100").number("count") == 1);
}

BOOST_AUTO_TEST_CASE(bad_parameters_are_named) {
    for (const char* query : {"limit=0", "limit=101", "limit=x", "limit=", "wait=-1", "wait=soon",
                              "types=restore", "types=", "session=a%20b", "lookahead=never"}) {
        const answer a = root.get(tasks() + "?" + query);
        BOOST_TEST_CONTEXT(query) {
            BOOST_TEST(a.status == 400U);
            const std::string name(query, std::string_view(query).find('='));
            BOOST_TEST(a.text("detail").find(name) != std::string::npos);
            BOOST_TEST(a.raw.header("Content-Type") == "application/problem+json");
            BOOST_TEST(!a.text("requestId").empty());
        }
    }
    BOOST_TEST(root.get("/agents/not-a-uuid/tasks").status == 400U);
    BOOST_TEST(root.post(of("not-a-uuid", "ack")).status == 400U);
    BOOST_TEST(root.get("/agents/01890000-0000-7000-8000-000000000000/tasks").status == 404U);
}

BOOST_AUTO_TEST_CASE(an_acknowledgement_may_be_repeated) {
    const std::string task = make_task(agent);
    BOOST_TEST(root.post(of(task, "ack")).status == 409U); // never assigned
    BOOST_TEST_REQUIRE(root.get(tasks()).status == 200U);
    const answer first = root.post(of(task, "ack"), R"({"attempt":1})");
    BOOST_TEST_REQUIRE(first.status == 200U);
    BOOST_TEST(first.text("status") == "acknowledged");
    BOOST_TEST(first.text("taskId") == task);
    const answer again = root.post(of(task, "ack"));
    BOOST_TEST(again.status == 200U);
    BOOST_TEST(again.text("acknowledgedAt") == first.text("acknowledgedAt"));
    BOOST_TEST(root.get("/tasks/" + task).text("status") == "in-progress");
    const answer wrong = root.post(of(task, "ack"), R"({"attempt":2})");
    BOOST_TEST(wrong.status == 409U);
    BOOST_TEST(code(wrong) == "lease_lost");
}

BOOST_AUTO_TEST_CASE(somebody_elses_task_looks_unknown) {
    const std::string other = register_agent("second");
    const std::string task = make_task(other);
    BOOST_TEST_REQUIRE(root.get(poll_target(other)).status == 200U);
    for (const char* what : {"ack", "result", "release"}) {
        const std::string body = std::string_view(what) == "result" ? R"({"status":"completed"})" : "";
        const answer mine = root.post(of(task, what), body);
        const answer none = root.post(of(stranger, what), body);
        BOOST_TEST(mine.status == 404U);
        BOOST_TEST(none.status == 404U);
        BOOST_TEST(mine.text("detail") == none.text("detail"));
    }
}

BOOST_AUTO_TEST_CASE(a_result_finishes_and_may_be_repeated) {
    const std::string task = running_task();
    const std::string body =
        R"({"attempt":1,"status":"success","durationSeconds":2.5,"snapshotId":"ab12","statistics":{"files":7},"log":"line\nü"})";
    const answer first = root.post(of(task, "result"), body);
    BOOST_TEST_REQUIRE(first.status == 200U);
    BOOST_TEST(first.text("status") == "completed");
    BOOST_TEST(root.post(of(task, "result"), body).text("status") == "completed");
    BOOST_TEST(root.post(of(task, "result"), R"({"status":"failed"})").status == 409U);
    BOOST_TEST(root.post(of(task, "ack")).status == 409U);
    const answer seen = root.get("/tasks/" + task);
    BOOST_TEST(seen.text("status") == "completed");
    BOOST_TEST(seen.text("snapshotId") == "ab12");
    BOOST_TEST(seen.body.at("durationSeconds").as_double() == 2.5);
    BOOST_TEST(seen.body.at("statistics").at("files").as_int64() == 7);
    BOOST_TEST(root.get("/tasks/" + task + "/log").raw.body == "line\nü");
    BOOST_TEST(root.get("/tasks/" + stranger + "/log").status == 404U);
}

BOOST_AUTO_TEST_CASE(a_result_needs_an_acknowledgement) {
    const std::string task = make_task(agent);
    BOOST_TEST(root.post(of(task, "result"), R"({"status":"completed"})").status == 409U);
    BOOST_TEST_REQUIRE(root.get(tasks()).status == 200U);
    BOOST_TEST(root.post(of(task, "result"), R"({"status":"completed"})").status == 409U);
    BOOST_TEST(root.post(of(task, "result"), R"({"status":"done"})").status == 400U);
    BOOST_TEST(root.post(of(task, "result")).status == 400U);
}

BOOST_AUTO_TEST_CASE(restic_monitors_agents_are_understood) {
    const std::string task = make_task(agent);
    BOOST_TEST_REQUIRE(root.get(tasks()).status == 200U); // and no acknowledgement
    const std::string body =
        R"({"taskId":")" + task + R"(","policyId":")" + policy +
        R"(","taskType":"backup","status":"success","durationSeconds":1,"log":"x","snapshotId":"s1"})";
    const answer taken = root.post("/agents/" + agent + "/task-results", body);
    BOOST_TEST(taken.status == 200U);
    BOOST_TEST(taken.text("status") == "ok");
    BOOST_TEST(root.post("/agents/" + agent + "/task-results", body).status == 200U);
    BOOST_TEST(root.get("/tasks/" + task).text("status") == "completed");
    const auto said = [](const std::string& of) {
        return R"({"taskId":")" + of + R"(","policyId":")" + of +
               R"(","taskType":"backup","status":"failure","durationSeconds":1,"log":"x"})";
    };
    BOOST_TEST(root.post("/agents/" + agent + "/task-results", said(task)).status == 409U);
    BOOST_TEST(root.post("/agents/" + agent + "/task-results", said(stranger)).status == 404U);
}

BOOST_AUTO_TEST_CASE(failures_are_retried_until_the_attempts_are_used_up) {
    const std::string task = running_task(R"(,"maxAttempts":2)");
    const answer first =
        root.post(of(task, "result"), R"({"attempt":1,"status":"failed","errorMessage":"connection reset"})");
    BOOST_TEST(first.text("status") == "pending");
    BOOST_TEST(!first.text("nextAttemptAt").empty());
    BOOST_TEST(root.post(of(task, "result"), R"({"attempt":1,"status":"failed"})").text("status") ==
               "pending");
    BOOST_TEST(root.get("/tasks/" + task).text("errorCategory") == "network");
    const answer again = root.get(tasks() + "?wait=20");
    BOOST_TEST_REQUIRE(again.status == 200U);
    BOOST_TEST(again.body.at("tasks").at(0).at("attempt").as_int64() == 2);
    BOOST_TEST(root.post(of(task, "result"), R"({"attempt":1,"status":"completed"})").status ==
               409U); // late news
    BOOST_TEST_REQUIRE(root.post(of(task, "ack"), R"({"attempt":2})").status == 200U);
    BOOST_TEST(root.post(of(task, "result"), R"({"attempt":2,"status":"failed"})").text("status") ==
               "failed");
    BOOST_TEST(root.get("/tasks/" + task).number("failures") == 2);
}

BOOST_AUTO_TEST_CASE(what_no_retry_mends_fails_at_once) {
    const std::string task = running_task();
    const answer a =
        root.post(of(task, "result"), R"({"status":"failed","errorMessage":"Fatal: wrong password"})");
    BOOST_TEST(a.text("status") == "failed");
}

BOOST_AUTO_TEST_CASE(a_release_spends_no_attempt) {
    const std::string task = running_task();
    BOOST_TEST(root.post(of(task, "release"), R"({"retryAfterSeconds":90000})").status == 400U);
    const answer back = root.post(of(task, "release"), R"({"attempt":1,"reason":"on_battery"})");
    BOOST_TEST(back.status == 200U);
    BOOST_TEST(back.text("status") == "pending");
    BOOST_TEST(root.post(of(task, "release"), R"({"attempt":1})").status == 200U);
    const answer again = root.get(tasks());
    BOOST_TEST_REQUIRE(again.status == 200U);
    BOOST_TEST(again.body.at("tasks").at(0).at("attempt").as_int64() == 1);
    BOOST_TEST(root.post(of(task, "release"), R"({"retryAfterSeconds":3600})").status == 200U);
    BOOST_TEST(root.get(tasks()).status == 204U);
    BOOST_TEST(!root.get("/tasks/" + task).text("nextAttemptAt").empty());
    BOOST_TEST(code(root.post(of(task, "release"), R"({"attempt":2})")) == "lease_lost");
}

BOOST_AUTO_TEST_CASE(an_offer_that_nobody_acknowledges_is_made_again) {
    fleet f({"--offer-lease", "1"});
    const std::string task = f.make_task(f.agent);
    BOOST_TEST_REQUIRE(f.root.get(f.poll_target(f.agent)).status == 200U);
    const answer again = f.root.get(f.poll_target(f.agent, "?wait=30"));
    BOOST_TEST_REQUIRE(again.status == 200U);
    BOOST_TEST(again.body.at("tasks").at(0).at("taskId").as_string() == task);
    BOOST_TEST(again.body.at("tasks").at(0).at("attempt").as_int64() == 2);
    BOOST_TEST(code(f.root.post(f.poll_target(f.agent, "/" + task + "/ack"), R"({"attempt":1})")) ==
               "lease_lost");
    BOOST_TEST(f.root.get("/tasks/" + task).number("failures") == 0);
}

BOOST_AUTO_TEST_CASE(many_are_made_all_or_none) {
    const std::string one = task_body(agent, policy);
    const answer two = root.post("/tasks", R"({"tasks":[)" + one + "," + one + "]}");
    BOOST_TEST_REQUIRE(two.status == 201U);
    BOOST_TEST(two.number("count") == 2);
    const std::string other = task_body(stranger, policy);
    const answer none = root.post("/tasks", R"({"tasks":[)" + one + "," + other + "]}");
    BOOST_TEST(none.status == 404U);
    BOOST_TEST(none.body.at("errors").at(0).at("pointer").as_string() == "/tasks/1/agentId");
    BOOST_TEST(root.post("/tasks", R"({"tasks":[]})").status == 400U);
    const answer wrong = root.post("/tasks", R"({"agentId":"x","taskType":"restore"})");
    BOOST_TEST(wrong.status == 400U);
    BOOST_TEST(wrong.body.at("errors").as_array().size() == 3U);
    BOOST_TEST(root.get(tasks() + "?limit=100").number("count") == 2);
}

BOOST_AUTO_TEST_CASE(an_idempotency_key_makes_tasks_once) {
    const holdfast::net::header_list key{{"Idempotency-Key", "monday"}};
    const answer first = root.post("/tasks", task_body(agent, policy), key);
    BOOST_TEST_REQUIRE(first.status == 201U);
    const answer again = root.post("/tasks", task_body(agent, policy), key);
    BOOST_TEST(again.status == 201U);
    BOOST_TEST(again.text("taskId") == first.text("taskId"));
    BOOST_TEST(root.post("/tasks", task_body(agent, policy, R"(,"maxAttempts":1)"), key).status == 409U);
    BOOST_TEST(root.post("/tasks", task_body(agent, stranger), {{"Idempotency-Key", "tuesday"}}).status ==
               404U);
    BOOST_TEST(root.post("/tasks", task_body(agent, policy), {{"Idempotency-Key", "tuesday"}}).status ==
               201U);
    BOOST_TEST(root.get(tasks() + "?limit=100").number("count") == 2);
}

BOOST_AUTO_TEST_CASE(lists_come_newest_first_in_pages) {
    std::vector<std::string> made;
    for (int i = 0; i < 5; ++i) made.push_back(make_task(agent));
    std::vector<std::string> seen;
    std::string cursor;
    do {
        const answer page = root.get("/tasks?limit=2&status=pending&agentId=" + agent +
                                     (cursor.empty() ? "" : "&cursor=" + cursor));
        BOOST_TEST_REQUIRE(page.status == 200U);
        for (const auto& item : page.body.at("items").as_array())
            seen.emplace_back(item.at("taskId").as_string());
        cursor = page.text("nextCursor");
    } while (!cursor.empty());
    BOOST_TEST((seen == std::vector<std::string>(made.rbegin(), made.rend())));
    BOOST_TEST(root.get("/tasks?cursor=zz").status == 400U);
    BOOST_TEST(root.get("/tasks?status=lost").status == 400U);
    BOOST_TEST(root.get("/tasks?taskType=check").body.at("items").as_array().empty());
}

BOOST_AUTO_TEST_CASE(the_log_lines_of_the_seed_are_there) {
    const std::string task = running_task();
    server.stop();
    const std::string log = server.log();
    BOOST_TEST(log.find("[TASKS] Assigned 1 task(s) to agent " + agent) != std::string::npos);
    BOOST_TEST(log.find("[TASKS] Task acknowledged: task=" + task + ", agent=" + agent +
                        ", status=in-progress") != std::string::npos);
    BOOST_TEST(log.find(home.root_token()) == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
