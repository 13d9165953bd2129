// Every task in exactly one answer: two servers on one database, 64 connections, 50 agents, 20,000 tasks.
#include "test/support/server.hpp"

#include <boost/test/unit_test.hpp>

#include <map>

using holdfast::awaitable;
using holdfast::net::verb;
using holdfast::test::answer;
using holdfast::test::client;
using holdfast::test::fleet;
using holdfast::test::server_process;
using holdfast::test::task_body;
using holdfast::test::together;

namespace {

constexpr int agents_count = 50;
constexpr int connections = 64;
constexpr int requests = 20;
constexpr int tasks_in_request = 1000;

struct history {
    std::map<std::string, int> answers; // of each task
    int failed = 0;
};

// Polls for its agents in turn until none of them has anything left.
awaitable<void> drain(client& who, std::vector<std::string> agents, history& seen) {
    for (const std::string& agent : agents) {
        for (bool more = true; more;) {
            std::string target = "/agents/" + agent + "/tasks?limit=17";
            std::string nothing;
            const answer got = co_await who.ask(verb::get, std::move(target), std::move(nothing));
            more = got.status == 200;
            if (got.status != 200 && got.status != 204) ++seen.failed;
            if (!more) continue;
            for (const auto& t : got.body.at("tasks").as_array())
                ++seen.answers[std::string(t.at("taskId").as_string())];
        }
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE(once)

BOOST_AUTO_TEST_CASE(every_task_is_in_exactly_one_answer) {
    fleet f({"--offer-lease", "3600"});
    const server_process second(f.home, {"--offer-lease", "3600"});
    std::vector<std::string> agents;
    for (int i = 0; i < agents_count; ++i) agents.push_back(f.register_agent("agent-" + std::to_string(i)));
    for (int r = 0; r < requests; ++r) {
        std::string body = "{\"tasks\":[";
        for (int i = 0; i < tasks_in_request; ++i)
            body +=
                (i == 0 ? "" : ",") + task_body(agents[static_cast<std::size_t>(i % agents_count)], f.policy);
        BOOST_TEST_REQUIRE(f.root.post("/tasks", body + "]}").status == 201U);
    }
    std::vector<std::unique_ptr<client>> clients;
    history seen;
    together all(f.context.get_executor());
    for (int c = 0; c < connections; ++c) {
        clients.push_back(
            std::make_unique<client>(f.context, c % 2 == 0 ? f.server : second, f.home.root_token()));
        std::vector<std::string> mine; // each begins elsewhere, and all meet at each agent
        for (int i = 0; i < agents_count; ++i)
            mine.push_back(agents[static_cast<std::size_t>((i + c / 2) % agents_count)]);
        all.add(drain(*clients.back(), std::move(mine), seen));
    }
    f.context.restart();
    f.context.run();
    BOOST_TEST(seen.failed == 0);
    BOOST_TEST(seen.answers.size() == static_cast<std::size_t>(requests * tasks_in_request));
    int twice = 0;
    for (const auto& [task, count] : seen.answers) twice += count != 1;
    BOOST_TEST(twice == 0);
    BOOST_TEST(
        f.home.database().ask("SELECT count(*) FROM tasks WHERE status = 'assigned' AND attempt = 1") ==
        std::to_string(requests * tasks_in_request));
}

BOOST_AUTO_TEST_SUITE_END()
