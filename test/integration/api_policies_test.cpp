// Policies on the real program: replaced, deleted, assigned, run.
#include "test/support/server.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

using holdfast::net::verb;
using holdfast::test::answer;
using holdfast::test::client;
using holdfast::test::fleet;

namespace {

constexpr const char* nobody = "019a9c20-5b1e-7d03-b6f2-0d7c41a8e5f1";

std::string policy_body(const std::string& name, const std::string& more = "") {
    return R"({"name":")" + name +
           R"(","schedule":"@daily","includePaths":["/srv"],"repository":"rest:https://u:secret@host/r")" +
           more + "}";
}

struct desk : fleet {
    std::string at(const std::string& what = "") const { return "/policies/" + policy + what; }

    answer put(const std::string& body) { return root.call(verb::put, at(), body); }

    answer remove(const std::string& target) { return root.call(verb::delete_, target); }

    std::string status_of(const std::string& task) { return root.get("/tasks/" + task).text("status"); }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(api_policies, desk)

BOOST_AUTO_TEST_CASE(a_replaced_policy_is_all_new_but_its_id) {
    const std::string before = make_task(agent);
    const answer now = put(policy_body("renamed", R"(,"maxAttempts":9)"));
    BOOST_TEST_REQUIRE(now.status == 200U);
    BOOST_TEST(now.text("policyId") == policy);
    BOOST_TEST(now.text("name") == "renamed");
    BOOST_TEST(now.number("maxAttempts") == 9);
    BOOST_TEST(
        now.body.at("excludePaths").as_array().empty()); // what is left out is the default, not what was
    BOOST_TEST(root.get(at()).text("name") == "renamed");
    BOOST_TEST(root.get("/tasks/" + before).text("repository") ==
               "/backup"); // a task keeps what it was made with
    BOOST_TEST(root.get("/tasks/" + make_task(agent)).number("maxAttempts") == 9);
}

BOOST_AUTO_TEST_CASE(all_that_a_policy_can_say_is_told_again) {
    const boost::json::object given =
        boost::json::parse(R"({"name":"all-of-it","description":"Of the web servers",
        "schedule":"30 2 * * *","checkSchedule":"@weekly","pruneSchedule":"every 48h","timezone":"Europe/Vienna",
        "spreadSeconds":1800,"overlap":"queue","onMissed":"skip","minGapSeconds":60,"maxAgeSeconds":129600,
        "includePaths":["/etc"],"excludePaths":["*.tmp"],
        "repository":{"type":"s3","bucket":"backups","prefix":"web","endpoint":"https://s3.example.com"},
        "retention":{"keepLast":1,"keepHourly":2,"keepDaily":3,"keepWeekly":4,"keepMonthly":5,"keepYearly":6,
                     "keepWithin":"1y5m7d2h"},
        "executionParams":{"parallelism":4,"bandwidthLimitKbps":100,"timeoutSeconds":60,"nice":{"level":10}},
        "maxAttempts":2,"enabled":false})")
            .as_object();
    BOOST_TEST_REQUIRE(put(boost::json::serialize(given)).status == 200U);
    const answer seen = root.get(at());
    for (const auto& [member, value] : given) BOOST_TEST(seen.body.at(member) == value, member);
}

BOOST_AUTO_TEST_CASE(a_bad_replacement_changes_nothing) {
    const std::string name = root.get(at()).text("name");
    BOOST_TEST_REQUIRE(root.post("/policies", policy_body("taken")).status == 201U);
    BOOST_TEST(put(policy_body("taken")).status == 409U);
    BOOST_TEST(put(policy_body("taken")).text("code") == "name_taken");
    const answer wrong = put(policy_body("x", R"(,"maxAttempts":0)"));
    BOOST_TEST(wrong.status == 400U);
    BOOST_TEST(wrong.body.at("errors").as_array().size() == 2U);
    std::string patterns = R"("*.tmp")";
    for (int i = 1; i < 150; ++i) patterns += i < 130 ? R"(,"*.tmp")" : R"(,"")";
    const answer many = put(policy_body("other", R"(,"excludePaths":[)" + patterns + "]"));
    BOOST_TEST(many.body.at("errors").at(0).at("pointer").as_string() == "/excludePaths/130");
    BOOST_TEST(many.body.at("errors").as_array().size() == 16U); // of twenty
    BOOST_TEST(root.call(verb::put, std::string("/policies/") + nobody, policy_body("other")).status == 404U);
    BOOST_TEST(root.get(at()).text("name") == name);
}

BOOST_AUTO_TEST_CASE(an_assigned_policy_is_not_deleted) {
    const std::string task = make_task(agent);
    for (int again = 0; again < 2; ++again) BOOST_TEST(root.post(at("/agents/" + agent)).status == 204U);
    const answer refused = remove(at());
    BOOST_TEST(refused.status == 409U);
    BOOST_TEST(refused.text("detail").find("assigned") != std::string::npos);
    for (int again = 0; again < 2; ++again) BOOST_TEST(remove(at("/agents/" + agent)).status == 204U);
    BOOST_TEST(remove(at()).status == 204U);
    BOOST_TEST(remove(at()).status == 404U);
    BOOST_TEST(root.get(at()).status == 404U);
    BOOST_TEST(put(policy_body("again")).status == 404U);
    BOOST_TEST(root.post(at("/agents/" + agent)).status == 404U);
    BOOST_TEST(root.post(at("/run"), "{}").status == 404U);
    BOOST_TEST(root.get("/policies").body.at("items").as_array().empty());
    BOOST_TEST(root.post("/tasks", holdfast::test::task_body(agent, policy)).status == 404U);
    BOOST_TEST(status_of(task) == "pending"); // what was made is still done
}

BOOST_AUTO_TEST_CASE(the_name_of_a_deleted_policy_is_free) {
    const std::string first = root.post("/policies", policy_body("weekly")).text("policyId");
    BOOST_TEST(root.post("/policies", policy_body("weekly")).status == 409U);
    BOOST_TEST_REQUIRE(remove("/policies/" + first).status == 204U);
    BOOST_TEST(root.post("/policies", policy_body("weekly")).status == 201U);
}

BOOST_AUTO_TEST_CASE(assigned_agents_are_listed_in_pages) {
    std::vector<std::string> agents;
    for (int i = 0; i < 3; ++i) {
        agents.push_back(register_agent("host-" + std::to_string(i)));
        BOOST_TEST_REQUIRE(root.post(at("/agents/" + agents.back())).status == 204U);
    }
    const answer first = root.get(at("/agents?limit=2"));
    BOOST_TEST_REQUIRE(first.body.at("items").as_array().size() == 2U);
    BOOST_TEST(first.body.at("items").at(0).at("agentId").as_string() == agents[2]);
    BOOST_TEST(first.body.at("items").at(0).at("hostname").as_string() == "host-2");
    const answer rest = root.get(at("/agents?limit=2&cursor=" + first.text("nextCursor")));
    BOOST_TEST_REQUIRE(rest.body.at("items").as_array().size() == 1U);
    BOOST_TEST(rest.body.at("items").at(0).at("agentId").as_string() == agents[0]);
    BOOST_TEST(!rest.body.as_object().contains("nextCursor"));
    BOOST_TEST(root.get(std::string("/policies/") + nobody + "/agents").status == 404U);
    BOOST_TEST(root.post(at("/agents/") + nobody).status == 404U);
    BOOST_TEST(remove(at("/agents/") + nobody).status == 404U);
    BOOST_TEST(root.post(at("/agents/host-1")).status == 400U);
}

BOOST_AUTO_TEST_CASE(an_agent_reads_its_policies) {
    BOOST_TEST(root.get("/agents/" + agent + "/policies").body.at("items").as_array().empty());
    const std::string other = root.post("/policies", policy_body("other")).text("policyId");
    BOOST_TEST_REQUIRE(root.post("/policies/" + other + "/agents/" + agent).status == 204U);
    const answer made = root.post("/tokens", R"({"kind":"enroll","name":"t"})");
    client enroll(context, server, made.text("token"));
    const answer known = enroll.post("/agents/register", R"({"hostname":"own"})");
    client own(context, server, known.text("token"));
    BOOST_TEST(own.get("/agents/" + agent + "/policies").status == 404U); // another's
    BOOST_TEST_REQUIRE(root.post("/policies/" + other + "/agents/" + known.text("agentId")).status == 204U);
    const answer mine = own.get("/agents/" + known.text("agentId") + "/policies");
    BOOST_TEST_REQUIRE(mine.body.at("items").as_array().size() == 1U);
    BOOST_TEST(mine.body.at("items").at(0).at("policyId").as_string() == other);
    BOOST_TEST(mine.body.at("items").at(0).at("repository").as_string() == "rest:https://u:secret@host/r");
    const answer viewing = root.post("/tokens", R"({"kind":"viewer","name":"v"})");
    client viewer(context, server, viewing.text("token"));
    BOOST_TEST(viewer.get("/policies/" + other).text("repository") == "rest:https://u:***@host/r");
    BOOST_TEST(viewer.call(verb::delete_, "/policies/" + other).status == 403U);
    BOOST_TEST(viewer.post("/policies/" + other + "/run").status == 403U);
}

BOOST_AUTO_TEST_CASE(a_schedule_makes_a_task_and_its_poll_is_answered) {
    BOOST_TEST_REQUIRE(
        put(R"({"name":"often","schedule":"every 1m","includePaths":["/srv"],"repository":"/r"})").status ==
        200U);
    BOOST_TEST_REQUIRE(root.post(at("/agents/" + agent)).status == 204U);
    home.database().execute("UPDATE policy_agents SET settled_until = now() - interval '1 minute', "
                            "next_run_at = now() - interval '1 minute'");
    const answer woken = root.get(poll_target(agent, "?wait=30"));
    BOOST_TEST_REQUIRE(woken.status == 200U);
    const auto& task = woken.body.at("tasks").at(0).as_object();
    BOOST_TEST(task.at("taskType").as_string() == "backup");
    BOOST_TEST(task.at("scheduledFor").as_string().ends_with(":00Z"));
    wait_for_metric("tasks_planned_total", 1);
}

BOOST_AUTO_TEST_CASE(a_run_makes_a_task_for_each_agent) {
    BOOST_TEST(root.post(at("/run")).number("count") == 0); // assigned to nobody
    const std::string second = register_agent("second");
    const std::string third = register_agent("third");
    for (const std::string& each : {agent, second})
        BOOST_TEST_REQUIRE(root.post(at("/agents/" + each)).status == 204U);
    const answer all = root.post(at("/run"), R"({"taskType":"check"})");
    BOOST_TEST_REQUIRE(all.status == 201U);
    BOOST_TEST_REQUIRE(all.number("count") == 2);
    const std::string task(all.body.at("taskIds").at(0).as_string());
    BOOST_TEST(root.get("/tasks/" + task).text("taskType") == "check");
    const answer some = root.post(at("/run"), R"({"agentIds":[")" + second + R"(",")" + second + R"("]})");
    BOOST_TEST_REQUIRE(some.number("count") == 1);
    BOOST_TEST(root.get("/tasks/" + std::string(some.body.at("taskIds").at(0).as_string())).text("agentId") ==
               second);
    const answer wrong = root.post(at("/run"), R"({"agentIds":[")" + second + R"(",")" + third + R"("]})");
    BOOST_TEST(wrong.status == 400U);
    BOOST_TEST(wrong.body.at("errors").at(0).at("pointer").as_string() == "/agentIds/1");
    BOOST_TEST(root.post(at("/run"), R"({"agentIds":[]})").status == 400U);
    BOOST_TEST(root.post(at("/run"), R"({"taskType":"restore"})").status == 400U);
    BOOST_TEST(root.get("/tasks?policyId=" + policy).body.at("items").as_array().size() == 3U);
}

BOOST_AUTO_TEST_CASE(schedules_are_checked_and_previewed) {
    const answer wrong = put(R"({"name":"abc","schedule":"61 * * * *","checkSchedule":"every 10s",)"
                             R"("pruneSchedule":"0 0 30 2 *","timezone":"Mars/Base","includePaths":["/srv"],)"
                             R"("repository":"/r"})");
    BOOST_TEST_REQUIRE(wrong.status == 400U);
    std::vector<std::string> pointers;
    for (const auto& each : wrong.body.at("errors").as_array())
        pointers.emplace_back(each.at("pointer").as_string());
    const std::vector<std::string> expected{"/schedule", "/checkSchedule", "/pruneSchedule", "/timezone"};
    BOOST_TEST(pointers == expected, boost::test_tools::per_element());

    BOOST_TEST_REQUIRE(put(R"({"name":"abc","schedule":"30 2 * * *","checkSchedule":"@weekly",)"
                           R"("timezone":"Asia/Kathmandu","spreadSeconds":600,"includePaths":["/srv"],)"
                           R"("repository":"/r"})")
                           .status == 200U);
    const answer plan = root.get(at("/next-runs?count=15"));
    BOOST_TEST_REQUIRE(plan.status == 200U);
    BOOST_TEST(plan.text("timezone") == "Asia/Kathmandu");
    BOOST_TEST(plan.number("spreadSeconds") == 600);
    const auto& runs = plan.body.at("items").as_array();
    BOOST_TEST_REQUIRE(runs.size() == 15U);
    std::string before;
    int checks = 0;
    for (const auto& run : runs) {
        const std::string at(run.at("at").as_string());
        const std::string local(run.at("local").as_string());
        const bool check = run.at("taskType").as_string() == "check";
        checks += check;
        BOOST_TEST(at > before);
        BOOST_TEST(local.substr(10) == (check ? "T00:00:00+05:45" : "T02:30:00+05:45"));
        BOOST_TEST(at.substr(10) == (check ? "T18:15:00Z" : "T20:45:00Z"));
        before = at;
    }
    BOOST_TEST((checks == 1 || checks == 2)); // within two weeks
    BOOST_TEST(root.get(at("/next-runs")).body.at("items").as_array().size() == 10U);
    BOOST_TEST(root.get(at("/next-runs?count=101")).status == 400U);
    const answer same = root.get("/next-runs?schedule=30%202%20*%20*%20*&checkSchedule=@weekly"
                                 "&timezone=Asia/Kathmandu&count=15");
    BOOST_TEST(same.body.at("items") == plan.body.at("items"));
    BOOST_TEST(root.get("/next-runs").text("detail").find("schedule: ") == 0U);
    BOOST_TEST(root.get("/next-runs?schedule=@daily&timezone=Mars").text("detail").find("timezone: ") == 0U);
    BOOST_TEST(root.get("/next-runs?schedule=@daily&count=0").status == 400U);
    BOOST_TEST(root.get(std::string("/policies/") + nobody + "/next-runs").status == 404U);
}

BOOST_AUTO_TEST_SUITE_END()
