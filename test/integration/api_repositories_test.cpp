// Who holds each repository, and what waits for it, asked of the real program.
#include "test/support/server.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

using holdfast::net::verb;
using holdfast::test::answer;
using holdfast::test::client;
using holdfast::test::fleet;
using holdfast::test::until;
namespace json = boost::json;

namespace {

struct shelf : fleet {
    std::string make(const std::string& type, const std::string& whose, const std::string& repository,
                     const std::string& more = "") {
        const answer made =
            root.post("/tasks", R"({"taskType":")" + type + R"(","agentId":")" + whose + R"(","policyId":")" +
                                    policy + R"(","repository":")" + repository + "\"" + more + "}");
        BOOST_TEST_REQUIRE(made.status == 201U);
        return made.text("taskId");
    }

    void take(const std::string& whose) {
        BOOST_TEST_REQUIRE(root.get(poll_target(whose, "?limit=1")).status == 200U);
    }

    json::array list(const std::string& query = "") {
        const answer got = root.get("/repositories" + query);
        BOOST_TEST_REQUIRE(got.status == 200U);
        return got.body.at("items").as_array();
    }

    // The one that there is.
    json::object only(const std::string& query = "") {
        const json::array all = list(query);
        BOOST_TEST_REQUIRE(all.size() == 1U);
        return all.front().as_object();
    }
};

std::string ids(const json::object& of, const char* which) {
    std::string out;
    for (const json::value& each : of.at(which).as_array())
        out += (out.empty() ? "" : " ") + std::string(each.at("taskId").as_string());
    return out;
}

std::string first_code(const json::object& of, std::size_t waiting) {
    return std::string(of.at("waiting").at(waiting).at("reasons").at(0).at("code").as_string());
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(api_repositories, shelf)

BOOST_AUTO_TEST_CASE(none_is_used_before_there_is_a_task_nor_after_its_end) {
    BOOST_TEST(list().empty());
    const std::string task = make("backup", agent, "/one");
    BOOST_TEST(only().at("repository").as_string() == "/one");
    BOOST_TEST_REQUIRE(root.post("/tasks/" + task + "/cancel").status == 200U);
    BOOST_TEST(list().empty());
}

BOOST_AUTO_TEST_CASE(who_holds_it_and_what_waits_in_order_and_why) {
    const std::string other = register_agent("other");
    const std::string held = make("check", agent, "/one");
    take(agent);
    const std::string late = make("backup", other, "/one");
    const std::string early = make("prune", other, "/one", R"(,"scheduledFor":"2020-01-01T00:00:00Z")");
    const std::string then = make("backup", other, "/one", R"(,"scheduledFor":"2099-01-01T00:00:00Z")");
    const json::object use = only();
    BOOST_TEST(use.at("holdingCount").as_int64() == 1);
    BOOST_TEST(use.at("waitingCount").as_int64() == 3);
    BOOST_TEST(ids(use, "holding") == held);
    BOOST_TEST(ids(use, "waiting") == early + " " + late + " " + then);
    const json::object& holder = use.at("holding").at(0).as_object();
    const answer task = root.get("/tasks/" + held);
    BOOST_TEST(holder.at("assignedAt") == task.body.at("assignedAt"));
    BOOST_TEST(holder.at("leaseExpiresAt") == task.body.at("leaseExpiresAt"));
    BOOST_TEST(holder.at("hostname") == root.get("/agents/" + agent).body.at("hostname"));
    for (const std::size_t i : {0U, 1U}) {
        BOOST_TEST(first_code(use, i) == "repository_busy");
        BOOST_TEST(use.at("waiting").at(i).at("reasons").at(0).at("taskId").as_string() == held);
    }
    BOOST_TEST(first_code(use, 2) == "not_due");
    BOOST_TEST(use.at("waiting").at(2).at("dueAt").as_string() == "2099-01-01T00:00:00Z");
}

// What is told of each task that waits is what its own explanation says.
BOOST_AUTO_TEST_CASE(the_reasons_are_those_of_explain) {
    const std::string paused = register_agent("paused");
    const std::string limited = register_agent("limited");
    BOOST_TEST_REQUIRE(root.call(verb::patch, "/agents/" + paused, R"({"paused":true})").status == 200U);
    BOOST_TEST_REQUIRE(root.call(verb::patch, "/agents/" + limited, R"({"maxConcurrentTasks":1})").status ==
                       200U);
    make("backup", limited, "/elsewhere");
    take(limited);
    make("backup", agent, "/one"); // holds it
    take(agent);
    make("check", agent, "/one"); // waits for that, and claims the repository when it is asked for
    BOOST_TEST_REQUIRE(root.get(poll_target(agent, "?limit=1")).status == 204U);
    make("backup", limited, "/one");
    make("backup", paused, "/one");
    make("backup", agent, "/one");
    make("prune", agent, "/one");
    const json::object use = only("?repository=/one");
    const json::array& waiting = use.at("waiting").as_array();
    BOOST_TEST(waiting.size() == 5U);
    std::set<std::string> codes;
    for (const json::value& each : waiting) {
        const answer why = root.get("/tasks/" + std::string(each.at("taskId").as_string()) + "/explain");
        BOOST_TEST(each.at("reasons") == why.body.at("reasons"));
        for (const json::value& reason : each.at("reasons").as_array())
            codes.emplace(reason.at("code").as_string());
    }
    for (const char* code : {"repository_busy", "repository_claimed", "agent_paused", "agent_limit"})
        BOOST_TEST(codes.contains(code), code);
}

BOOST_AUTO_TEST_CASE(found_by_state_and_by_any_string_that_names_it) {
    make("backup", agent, "rest:https://user:secret@host/one/");
    take(agent);
    make("backup", register_agent("other"), "/two");
    BOOST_TEST(only("?state=held").at("repository").as_string() == "rest:https://user:secret@host/one/");
    BOOST_TEST(only("?state=waiting").at("repository").as_string() == "/two");
    BOOST_TEST(only("?repository=rest:https://another:one@host/one").at("holdingCount").as_int64() == 1);
    BOOST_TEST(list("?repository=/three").empty());
    BOOST_TEST(root.get("/repositories?state=free").status == 400U);
}

BOOST_AUTO_TEST_CASE(secrets_are_masked_for_viewers) {
    make("backup", agent, "rest:https://user:secret@host/one");
    const std::string token = root.post("/tokens", R"({"kind":"viewer","name":"v"})").text("token");
    const answer seen = client(context, server, token).get("/repositories");
    BOOST_TEST_REQUIRE(seen.status == 200U);
    BOOST_TEST(seen.body.at("items").at(0).at("repository").as_string() == "rest:https://user:***@host/one");
}

BOOST_AUTO_TEST_CASE(pages_hold_each_once) {
    std::set<std::string> expected;
    for (int i = 0; i < 7; ++i) {
        const std::string name = "/r" + std::to_string(i);
        make("backup", agent, name);
        make("check", agent, name);
        expected.insert(name);
    }
    std::multiset<std::string> seen;
    std::string cursor;
    do {
        const answer page = root.get("/repositories?limit=3" + (cursor.empty() ? "" : "&cursor=" + cursor));
        BOOST_TEST_REQUIRE(page.status == 200U);
        BOOST_TEST(page.body.at("items").as_array().size() <= 3U);
        for (const json::value& each : page.body.at("items").as_array()) {
            seen.emplace(each.at("repository").as_string());
            BOOST_TEST(each.at("waitingCount").as_int64() == 2);
        }
        cursor = page.text("nextCursor");
    } while (!cursor.empty());
    BOOST_TEST(std::vector(seen.begin(), seen.end()) == std::vector(expected.begin(), expected.end()),
               boost::test_tools::per_element());
    BOOST_TEST(root.get("/repositories?cursor=x").status == 400U);
}

BOOST_AUTO_TEST_CASE(of_many_the_first_ten_are_told_and_all_are_counted) {
    std::string expected;
    for (int i = 0; i < 12; ++i) {
        const std::string task = make(i % 4 == 0 ? "check" : "backup", agent, "/one");
        if (i < 10) expected += (expected.empty() ? "" : " ") + task;
    }
    const json::object use = only();
    BOOST_TEST(ids(use, "waiting") == expected);
    BOOST_TEST(use.at("waitingCount").as_int64() == 12);
}

BOOST_AUTO_TEST_CASE(another_tenant_has_its_own) {
    make("backup", agent, "/one");
    client stranger(context, server, root.post("/tenants", R"({"name":"other"})").text("token"));
    const answer theirs = stranger.get("/repositories");
    BOOST_TEST_REQUIRE(theirs.status == 200U);
    BOOST_TEST(theirs.body.at("items").as_array().empty());
}

BOOST_AUTO_TEST_SUITE_END()
