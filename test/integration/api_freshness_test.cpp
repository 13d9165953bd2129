// How old the last good backups are, on the real program: times are moved in the database.
#include "test/support/server.hpp"

#include <boost/test/unit_test.hpp>

using holdfast::net::verb;
using holdfast::test::answer;
using holdfast::test::client;
using holdfast::test::fleet;
using holdfast::test::server_process;

namespace {

constexpr const char* nobody = "019a9c20-5b1e-7d03-b6f2-0d7c41a8e5f1";
constexpr int hour = 3600;

struct watch : fleet {
    watch() {
        set_age(root.get("/policies/" + policy), hour);
        assign(agent);
    }

    void set_age(const answer& of, std::optional<int> age) {
        const std::string more = age ? R"(,"maxAgeSeconds":)" + std::to_string(*age) : "";
        BOOST_TEST_REQUIRE(
            root.call(verb::put, "/policies/" + of.text("policyId"),
                      R"({"name":")" + of.text("name") +
                          R"(","schedule":"@yearly","includePaths":["/srv"],"repository":"/r")" + more + "}")
                .status == 200U);
    }

    void assign(const std::string& to) {
        BOOST_TEST_REQUIRE(root.post("/policies/" + policy + "/agents/" + to).status == 204U);
    }

    // Of one agent, from its poll to its result.
    void work(const std::string& who, const std::string& result) {
        const answer got = root.get(poll_target(who, "?limit=1"));
        BOOST_TEST_REQUIRE(got.status == 200U);
        const std::string at =
            "/agents/" + who + "/tasks/" + std::string(got.body.at("tasks").at(0).at("taskId").as_string());
        BOOST_TEST_REQUIRE(root.post(at + "/ack").status == 200U);
        BOOST_TEST_REQUIRE(root.post(at + "/result", result).status == 200U);
    }

    std::string back_up(const std::string& who) {
        const std::string task = make_task(who);
        work(who, R"({"status":"completed"})");
        return task;
    }

    void grow_old(const std::string& who, int seconds) {
        home.database().execute("UPDATE policy_agents SET last_success_at = last_success_at - interval '" +
                                std::to_string(seconds) + " seconds' WHERE agent_id = '" + who + "'");
    }

    answer list(const std::string& query = "") { return root.get("/freshness" + query); }

    boost::json::object only(const std::string& query = "") {
        const answer got = list(query);
        BOOST_TEST_REQUIRE(got.status == 200U);
        BOOST_TEST_REQUIRE(got.body.at("items").as_array().size() == 1U);
        return got.body.at("items").at(0).as_object();
    }

    std::string state_of(const std::string& who) {
        return std::string(only("?agentId=" + who).at("state").as_string());
    }

    std::size_t count(const std::string& query) { return list(query).body.at("items").as_array().size(); }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(api_freshness, watch)

BOOST_AUTO_TEST_CASE(never_until_the_first_good_backup) {
    auto item = only();
    BOOST_TEST(item.at("policyId").as_string() == policy);
    BOOST_TEST(item.at("policyName").as_string() == "nightly");
    BOOST_TEST(item.at("agentId").as_string() == agent);
    BOOST_TEST(item.at("hostname").as_string() == "first");
    BOOST_TEST(item.at("state").as_string() == "never");
    BOOST_TEST(item.at("maxAgeSeconds").as_int64() == hour);
    BOOST_TEST(item.at("dueAt").as_string() > item.at("assignedAt").as_string());
    for (const char* absent : {"lastSuccessAt", "lastTaskId", "ageSeconds"})
        BOOST_TEST(!item.contains(absent));

    make_task(agent, R"(,"maxAttempts":1)");
    work(agent, R"({"status":"failed","errorMessage":"no"})");
    BOOST_TEST_REQUIRE(root.post("/policies/" + policy + "/run", R"({"taskType":"check"})").status == 201U);
    work(agent, R"({"status":"completed"})");
    BOOST_TEST(state_of(agent) == "never"); // neither was a good backup

    const std::string task = back_up(agent);
    item = only();
    BOOST_TEST(item.at("state").as_string() == "fresh");
    BOOST_TEST(item.at("lastTaskId").as_string() == task);
    BOOST_TEST(item.at("lastSuccessAt").as_string() == root.get("/tasks/" + task).text("completedAt"));
    BOOST_TEST(item.at("ageSeconds").as_int64() >= 0);
    BOOST_TEST(item.at("dueAt").as_string() > item.at("lastSuccessAt").as_string());
}

BOOST_AUTO_TEST_CASE(late_and_stale_by_the_age_of_the_last_good_backup) {
    back_up(agent);
    grow_old(agent, hour + 1);
    BOOST_TEST(state_of(agent) == "late");
    grow_old(agent, hour);
    BOOST_TEST(state_of(agent) == "stale");
    set_age(root.get("/policies/" + policy), 4 * hour); // what counts is the policy as it is now
    BOOST_TEST(state_of(agent) == "fresh");
    set_age(root.get("/policies/" + policy), std::nullopt);
    grow_old(agent, 1000 * hour);
    const auto unlimited = only();
    BOOST_TEST(unlimited.at("state").as_string() == "fresh");
    BOOST_TEST(!unlimited.contains("dueAt"));
    BOOST_TEST(!unlimited.contains("maxAgeSeconds"));
    set_age(root.get("/policies/" + policy), hour);
    BOOST_TEST(state_of(agent) == "stale");
    const std::string task = back_up(agent);
    BOOST_TEST(only().at("state").as_string() == "fresh");
    BOOST_TEST(only().at("lastTaskId").as_string() == task);
}

BOOST_AUTO_TEST_CASE(a_new_assignment_begins_anew) {
    back_up(agent);
    const std::string at = "/policies/" + policy + "/agents/" + agent;
    BOOST_TEST_REQUIRE(root.post(at).status == 204U); // it is assigned already
    BOOST_TEST(state_of(agent) == "fresh");
    BOOST_TEST_REQUIRE(root.call(verb::delete_, at).status == 204U);
    BOOST_TEST(count("") == 0U);
    back_up(agent); // of an agent that the policy is not assigned to
    assign(agent);
    BOOST_TEST(state_of(agent) == "never");
}

BOOST_AUTO_TEST_CASE(filtered_and_in_pages) {
    std::vector<std::string> agents{agent};
    for (int i = 0; i < 4; ++i) {
        agents.push_back(register_agent("host-" + std::to_string(i)));
        assign(agents.back());
    }
    for (int i = 0; i < 4; ++i) back_up(agents.at(static_cast<std::size_t>(i)));
    grow_old(agents[1], hour + 10);
    grow_old(agents[2], 3 * hour);
    const std::string first_policy = policy;
    policy = root.post("/policies", R"({"name":"other","schedule":"@daily","includePaths":["/srv"],)"
                                    R"("repository":"rest:https://u:secret@host/r","maxAgeSeconds":60})")
                 .text("policyId");
    assign(agent);
    BOOST_TEST(count("") == 6U);
    for (const auto& [query, found] : std::initializer_list<std::pair<std::string, std::size_t>>{
             {"?state=fresh", 2}, {"?state=late", 1}, {"?state=stale", 1}, {"?state=never", 2}})
        BOOST_TEST(count(query) == found, query);
    BOOST_TEST(count("?policyId=" + first_policy) == 5U);
    BOOST_TEST(count("?agentId=" + agent) == 2U);
    BOOST_TEST(count("?state=never&policyId=" + policy) == 1U);
    BOOST_TEST(count("?state=stale&agentId=" + agent) == 0U);
    BOOST_TEST(count(std::string("?policyId=") + nobody) == 0U);

    std::vector<std::pair<std::string, std::string>> seen;
    std::string cursor;
    do {
        const answer page = list("?limit=2" + cursor);
        for (const auto& each : page.body.at("items").as_array())
            seen.emplace_back(each.at("policyId").as_string(), each.at("agentId").as_string());
        cursor = page.text("nextCursor").empty() ? "" : "&cursor=" + page.text("nextCursor");
    } while (!cursor.empty());
    BOOST_TEST_REQUIRE(seen.size() == 6U);
    BOOST_TEST(seen.front().first == policy);
    BOOST_TEST(std::is_sorted(seen.rbegin(), seen.rend()));
    BOOST_TEST((std::adjacent_find(seen.begin(), seen.end()) == seen.end()));
    const answer never = list("?state=never&limit=1");
    const answer rest = list("?state=never&limit=1&cursor=" + never.text("nextCursor"));
    BOOST_TEST(rest.body.at("items").at(0).at("agentId").as_string() == agents[4]);
    BOOST_TEST(rest.text("nextCursor").empty());
}

BOOST_AUTO_TEST_CASE(bad_questions_and_tokens) {
    BOOST_TEST(list("?state=rotten").status == 400U);
    BOOST_TEST(list("?state=rotten").text("detail").find("fresh, late, stale, never") != std::string::npos);
    for (const char* bad : {"?policyId=1", "?agentId=first", "?limit=0", "?cursor=AAAA"})
        BOOST_TEST(list(bad).status == 400U, bad);
    const std::string of_another_list = root.get("/agents?limit=1").text("nextCursor");
    BOOST_TEST((of_another_list.empty() || list("?cursor=" + of_another_list).status == 400U));
    for (const auto& [kind, status] : std::initializer_list<std::pair<std::string, unsigned>>{
             {"viewer", 200}, {"operator", 200}, {"admin", 200}, {"fleet", 403}, {"enroll", 403}}) {
        const answer made = root.post("/tokens", R"({"kind":")" + kind + R"(","name":"t"})");
        client who(context, server, made.text("token"));
        BOOST_TEST(who.get("/freshness").status == status, kind);
    }
    BOOST_TEST(client(context, server, "").get("/freshness").status == 401U);
    const answer tenant = root.post("/tenants", R"({"name":"other"})");
    client other(context, server, tenant.text("token"));
    BOOST_TEST(other.get("/freshness").body.at("items").as_array().empty());
}

BOOST_AUTO_TEST_CASE(counted_by_state) {
    const std::string second = register_agent("second");
    const std::string third = register_agent("third");
    for (const std::string& each : {second, third}) {
        assign(each);
        back_up(each);
    }
    grow_old(third, 10 * hour);
    const server_process later(home); // it counts when it starts
    client asks(context, later, home.root_token());
    for (const char* state : {"fresh", "stale", "never"})
        holdfast::test::wait_for_metric(asks, std::string("freshness{state=\"") + state + "\"}", 1);
    holdfast::test::wait_for_metric(asks, "freshness{state=\"late\"}", 0);
}

BOOST_AUTO_TEST_SUITE_END()
