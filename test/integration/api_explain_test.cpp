// Why a task is where it is, asked of the real program.
#include "test/support/server.hpp"

#include <boost/test/unit_test.hpp>

using holdfast::net::verb;
using holdfast::test::answer;
using holdfast::test::client;
using holdfast::test::fleet;

namespace {

struct desk : fleet {
    answer why(const std::string& task) { return root.get("/tasks/" + task + "/explain"); }

    std::string code(const std::string& task) {
        const answer told = why(task);
        BOOST_TEST_REQUIRE(told.status == 200U);
        return std::string(told.body.at("reasons").at(0).at("code").as_string());
    }

    std::string history(const std::string& task) {
        std::string out;
        std::string state;
        const answer told = why(task);
        for (const auto& each : told.body.at("history").as_array()) {
            const auto& entry = each.as_object();
            BOOST_TEST(entry.contains("requestId"));
            BOOST_TEST((entry.contains("from") ? entry.at("from").as_string() : "") == state);
            state = entry.at("to").as_string();
            const std::string by(entry.at("by").as_string());
            BOOST_TEST(entry.contains("tokenId") == (by == "root"));
            out += (out.empty() ? "" : " ") + std::string(entry.at("event").as_string()) + ">" + state + ":" +
                   by;
        }
        return out;
    }

    void be_heard_of() {
        BOOST_TEST_REQUIRE(
            root.post("/agents/" + agent + "/heartbeat", R"({"version":"1","os":"linux"})").status == 200U);
    }

    void take(const std::string& whose) {
        BOOST_TEST_REQUIRE(root.get(poll_target(whose, "?limit=1")).status == 200U);
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(api_explain, desk)

BOOST_AUTO_TEST_CASE(from_its_making_to_its_end) {
    const std::string task = make_task(agent);
    const answer first = why(task);
    BOOST_TEST(first.text("taskId") == task);
    BOOST_TEST(first.text("status") == "pending");
    BOOST_TEST(code(task) == "ready"); // it has just registered
    home.database().execute("UPDATE agent_contacts SET last_seen_at = now() - interval '1 day'");
    BOOST_TEST(code(task) == "agent_offline");
    be_heard_of();
    BOOST_TEST(code(task) == "ready");
    take(agent);
    BOOST_TEST(code(task) == "awaiting_acknowledgement");
    const std::string at = "/agents/" + agent + "/tasks/" + task;
    BOOST_TEST(root.post(at + "/ack").status == 200U);
    BOOST_TEST(code(task) == "running");
    BOOST_TEST(root.post(at + "/result", R"({"status":"failed","errorMessage":"no way"})").status == 200U);
    const answer delayed = why(task);
    BOOST_TEST(delayed.body.at("reasons").at(0).at("code").as_string() == "retry_delay");
    BOOST_TEST(delayed.body.at("reasons").at(0).as_object().contains("until"));
    BOOST_TEST(root.post("/tasks/" + task + "/cancel").status == 200U);
    BOOST_TEST(code(task) == "cancelled");
    BOOST_TEST(root.post("/tasks/" + task + "/retry").status == 200U);
    BOOST_TEST(history(task) == "created>pending:root offered>assigned:root acknowledged>in-progress:root "
                                "failed>pending:root cancelled>cancelled:root retried>pending:root");
}

BOOST_AUTO_TEST_CASE(a_repository_names_who_has_it) {
    const std::string other = register_agent("other");
    const std::string first = make_task(other);
    take(other);
    be_heard_of();
    const answer made = root.post("/tasks", R"({"taskType":"prune","agentId":")" + agent +
                                                R"(","policyId":")" + policy + "\"}");
    BOOST_TEST_REQUIRE(made.status == 201U);
    const answer told = why(made.text("taskId"));
    const auto& reason = told.body.at("reasons").at(0).as_object();
    BOOST_TEST(reason.at("code").as_string() == "repository_busy");
    BOOST_TEST(reason.at("taskId").as_string() == first);
    BOOST_TEST(reason.at("agentId").as_string() == other);
}

BOOST_AUTO_TEST_CASE(who_may_ask) {
    const std::string task = make_task(agent);
    client viewer(context, server, root.post("/tokens", R"({"kind":"viewer","name":"v"})").text("token"));
    BOOST_TEST(viewer.get("/tasks/" + task + "/explain").status == 200U);
    client shared(context, server, root.post("/tokens", R"({"kind":"fleet","name":"f"})").text("token"));
    BOOST_TEST(shared.get("/tasks/" + task + "/explain").status == 403U);
    BOOST_TEST(why("019a9c20-5b1e-7d03-b6f2-0d7c41a8e5f1").status == 404U);
    BOOST_TEST(why("x").status == 400U);
}

BOOST_AUTO_TEST_SUITE_END()
