// What another program is told: the real server, and a receiver that the test is.
#include "domain/secret.hpp"
#include "test/support/receiver.hpp"
#include "test/support/server.hpp"
#include "test/support/tls.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <fstream>
#include <set>
#include <thread>

using namespace holdfast;
using test::answer;
using test::client;
using test::installation;
using test::receiver;
using test::server_process;

namespace {

constexpr const char* secret = "correct horse battery staple";

boost::json::object told(const receiver::call& call) {
    return boost::json::parse(call.body).as_object();
}

std::string text(const boost::json::object& in, const char* member) {
    return in.contains(member) ? std::string(in.at(member).as_string()) : std::string();
}

// An installation with one policy of an hour and one agent, and servers that tell a receiver.
struct desk {
    installation home;
    receiver hook;
    std::string policy, agent;

    explicit desk(receiver::answer_rule rule = {}) : hook(std::move(rule)) {
        std::ofstream(home.file("hook.secret")) << secret << '\n';
    }

    std::vector<std::string> settings() const {
        return {"--webhook-url",          hook.url(),     "--webhook-secret-file",
                home.file("hook.secret"), "--webhook-ca", test::certificates::shared().ca_file()};
    }

    void prepare(client& root) {
        policy = root.post("/policies", R"({"name":"nightly","schedule":"@yearly","includePaths":["/srv"],)"
                                        R"("repository":"/r","maxAgeSeconds":3600})")
                     .text("policyId");
        agent = root.post("/agents/register", R"({"hostname":"web-3"})").text("agentId");
        BOOST_TEST_REQUIRE(root.post("/policies/" + policy + "/agents/" + agent).status == 204U);
    }

    std::string work(client& root, const std::string& result) const {
        const answer made = root.post("/tasks", test::task_body(agent, policy, R"(,"maxAttempts":1)"));
        const answer got = root.get("/agents/" + agent + "/tasks");
        BOOST_TEST_REQUIRE(got.status == 200U);
        const std::string at = "/agents/" + agent + "/tasks/" + made.text("taskId");
        BOOST_TEST_REQUIRE(root.post(at + "/ack").status == 200U);
        BOOST_TEST_REQUIRE(root.post(at + "/result", result).status == 200U);
        return made.text("taskId");
    }

    void grow_old(int seconds) const {
        home.database().execute("UPDATE policy_agents SET last_success_at = last_success_at - interval '" +
                                std::to_string(seconds) + " seconds', judge_at = judge_at - interval '" +
                                std::to_string(seconds) + " seconds'");
    }

    [[nodiscard]] std::string outbox() const { return home.database().ask("SELECT count(*) FROM events"); }

    void wait_for_an_empty_outbox() const {
        for (int tries = 0; tries < 600 && outbox() != "0"; ++tries)
            std::this_thread::sleep_for(std::chrono::milliseconds(100)); // nobody else tells
        BOOST_TEST(outbox() == "0");
    }
};

struct one_server {
    asio::io_context context{1};
    server_process server;
    client root;

    explicit one_server(const desk& at)
        : server(at.home, at.settings()), root(context, server, at.home.root_token()) {}
};

std::vector<std::string> states(const std::vector<receiver::call>& calls) {
    std::vector<std::string> out;
    for (const receiver::call& each : calls) {
        const auto event = told(each);
        out.push_back(text(event, "previousState") + ">" + text(event, "state"));
    }
    return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(webhook)

BOOST_AUTO_TEST_CASE(each_change_of_freshness_is_told_once) {
    desk at;
    one_server one(at);
    const server_process second(at.home, at.settings());
    at.prepare(one.root);
    at.work(one.root, R"({"status":"completed"})");
    at.hook.wait_for(1);
    at.work(one.root, R"({"status":"completed"})"); // it was fresh already
    at.grow_old(3700);
    at.hook.wait_for(2);
    at.grow_old(3700);
    at.hook.wait_for(3);
    at.work(one.root, R"({"status":"completed"})");
    const auto calls = at.hook.wait_for(4);
    const std::vector<std::string> expected{"never>fresh", "fresh>late", "late>stale", "stale>fresh"};
    BOOST_TEST(states(calls) == expected, boost::test_tools::per_element());
    std::set<std::string> ids;
    for (const receiver::call& each : calls) {
        const auto event = told(each);
        ids.insert(text(event, "eventId"));
        BOOST_TEST(text(event, "eventId") == each.event);
        BOOST_TEST(text(event, "kind") == "freshness.changed");
        BOOST_TEST(text(event, "policyId") == at.policy);
        BOOST_TEST(text(event, "policyName") == "nightly");
        BOOST_TEST(text(event, "agentId") == at.agent);
        BOOST_TEST(text(event, "hostname") == "web-3");
        BOOST_TEST(event.at("maxAgeSeconds").as_int64() == 3600);
        BOOST_TEST(!text(event, "at").empty());
        BOOST_TEST(!text(event, "lastSuccessAt").empty());
        BOOST_TEST(each.target == "/hooks/holdfast");
    }
    BOOST_TEST(ids.size() == 4U);
}

BOOST_AUTO_TEST_CASE(another_age_in_the_policy_changes_states_too) {
    desk at;
    one_server one(at);
    at.prepare(one.root);
    at.work(one.root, R"({"status":"completed"})");
    at.hook.wait_for(1);
    at.home.database().execute(
        "UPDATE policy_agents SET last_success_at = last_success_at - interval '5 minutes'");
    BOOST_TEST_REQUIRE(one.root
                           .call(net::verb::put, "/policies/" + at.policy,
                                 R"({"name":"nightly","schedule":"@yearly","includePaths":["/srv"],)"
                                 R"("repository":"/r","maxAgeSeconds":60})")
                           .status == 200U);
    BOOST_TEST(states(at.hook.wait_for(2)).back() == "fresh>stale");
}

BOOST_AUTO_TEST_CASE(signed_and_repeated_until_it_is_taken) {
    desk at([](const receiver::call&, std::size_t before) { return before < 2 ? 503U : 200U; });
    one_server one(at);
    at.prepare(one.root);
    const std::string task = at.work(
        one.root, R"({"status":"failed","errorMessage":"no \"space\" left","errorCategory":"permission"})");
    const auto calls = at.hook.wait_for(3);
    for (const receiver::call& each : calls) {
        BOOST_TEST(each.event == calls.front().event);
        BOOST_TEST(each.body == calls.front().body);
        BOOST_TEST(each.signature ==
                   "sha256=" + to_hex(hmac_sha256(secret, each.timestamp + "." + each.body)));
    }
    const auto event = told(calls.back());
    BOOST_TEST(text(event, "kind") == "task.failed");
    BOOST_TEST(text(event, "taskId") == task);
    BOOST_TEST(text(event, "taskType") == "backup");
    BOOST_TEST(event.at("attempt").as_int64() == 1);
    BOOST_TEST(text(event, "errorCategory") == "permission");
    BOOST_TEST(text(event, "errorMessage") == "no \"space\" left");
    BOOST_TEST(!event.contains("state"));
    test::wait_for_metric(one.root, "webhook_events_delivered_total", 1);
    test::wait_for_metric(one.root, "webhook_deliveries_failed_total", 2);
    at.wait_for_an_empty_outbox();
    BOOST_TEST(one.server.log().find(secret) == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_run_that_goes_silent_for_good_is_told) {
    desk at;
    one_server one(at);
    at.prepare(one.root);
    const answer made = one.root.post("/tasks", test::task_body(at.agent, at.policy, R"(,"maxAttempts":1)"));
    BOOST_TEST_REQUIRE(one.root.get("/agents/" + at.agent + "/tasks").status == 200U);
    BOOST_TEST_REQUIRE(
        one.root.post("/agents/" + at.agent + "/tasks/" + made.text("taskId") + "/ack").status == 200U);
    at.home.database().execute("UPDATE tasks SET lease_until = now() - interval '1 second'");
    const auto event = told(at.hook.wait_for(1).front());
    BOOST_TEST(text(event, "taskId") == made.text("taskId"));
    BOOST_TEST(text(event, "errorMessage").starts_with("the lease ended"));
}

BOOST_AUTO_TEST_CASE(what_was_not_delivered_outlives_the_server) {
    desk at;
    {
        asio::io_context context{1};
        server_process without_a_webhook(at.home);
        client root(context, without_a_webhook, at.home.root_token());
        at.prepare(root);
        at.work(root, R"({"status":"failed","errorCategory":"permission"})");
        without_a_webhook.kill();
    }
    BOOST_TEST(at.outbox() == "1");
    one_server one(at);
    BOOST_TEST(text(told(at.hook.wait_for(1).front()), "kind") == "task.failed");
    test::wait_for_metric(one.root, "webhook_events_delivered_total", 1);
}

BOOST_AUTO_TEST_CASE(given_up_after_a_day) {
    desk at([](const receiver::call&, std::size_t) { return 500U; });
    one_server one(at);
    at.prepare(one.root);
    at.work(one.root, R"({"status":"failed","errorCategory":"permission"})");
    at.hook.wait_for(1);
    at.home.database().execute("UPDATE events SET at = at - interval '25 hours', try_at = now()");
    test::wait_for_metric(one.root, "webhook_events_given_up_total", 1);
    at.wait_for_an_empty_outbox();
}

BOOST_AUTO_TEST_SUITE_END()
