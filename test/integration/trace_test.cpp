// A caller's trace, and a task's own, in the log lines of server and agent.
#include "test/support/agent_process.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <sstream>

using namespace holdfast::test;

namespace {

const std::string trace = "0af7651916cd43dd8448eb211c80319c";
const std::string traceparent = "00-" + trace + "-b7ad6b7169203331-01";

std::string line_in(const std::string& log, std::string_view message) {
    std::istringstream lines(log);
    for (std::string line; std::getline(lines, line);)
        if (line.find(message) != std::string::npos) return line;
    return {};
}

// A field of a line, which is text or JSON; empty where it has none.
std::string field(const std::string& line, const std::string& key) {
    for (const auto& [before, after] :
         {std::pair(' ' + key + '=', ' '), std::pair("\"" + key + "\":\"", '"')}) {
        const std::size_t at = line.find(before);
        if (at == std::string::npos) continue;
        const std::size_t begin = at + before.size();
        return line.substr(begin, std::min(line.find(after, begin), line.size()) - begin);
    }
    return {};
}

std::string without_hyphens(std::string id) {
    std::erase(id, '-');
    return id;
}

} // namespace

BOOST_AUTO_TEST_SUITE(traces)

BOOST_FIXTURE_TEST_CASE(a_callers_trace_is_in_the_lines_of_its_requests, fleet) {
    const answer made = root.post("/tasks", task_body(agent, policy),
                                  {{"traceparent", traceparent}, {"X-Request-Id", "making-1"}});
    BOOST_TEST_REQUIRE(made.status == 201U);
    const answer polled =
        root.call(holdfast::net::verb::get, poll_target(agent), "", {{"traceparent", traceparent}});
    BOOST_TEST_REQUIRE(polled.status == 200U);
    const answer cancelled = root.post("/tasks/" + made.text("taskId") + "/cancel", "{}",
                                       {{"traceparent", "00-not-a-traceparent"}});
    BOOST_TEST(cancelled.status == 200U);
    server.stop();
    const auto creation = line_in(server.log(), "[TASKS] Task created");
    BOOST_TEST(field(creation, "task") == made.text("taskId"));
    BOOST_TEST(field(creation, "request") == "making-1");
    BOOST_TEST(field(creation, "trace_id") == trace);
    BOOST_TEST(field(creation, "span_id") == "b7ad6b7169203331");
    BOOST_TEST(field(line_in(server.log(), "[TASKS] Assigned 1"), "trace_id") == trace);
    const auto end = line_in(server.log(), "[TASKS] Task cancelled");
    BOOST_TEST(!field(end, "request").empty());
    BOOST_TEST(field(end, "trace_id").empty());
}

BOOST_FIXTURE_TEST_CASE(a_tasks_trace_is_in_the_lines_of_agent_and_server, agent_process) {
    start_agent({"--restic",
                 script("restic", R"(echo '{"message_type":"summary","snapshot_id":"77f275c8"}')"),
                 "--pre-hook", script("hook", "echo \"trace $TRACEPARENT\"")});
    const std::string id = ordered("backup");
    BOOST_TEST(end_of_task(id).text("status") == "completed");
    const std::string own = without_hyphens(id);
    BOOST_TEST(log_of(id).find("trace 00-" + own + "-0000000000000001-00") != std::string::npos);
    BOOST_TEST(stop_agent() == 0);
    server.stop();
    for (const auto& [log, message] :
         {std::pair(agent_log, "task begins"), std::pair(agent_log, "result delivered"),
          std::pair(server.log(), "[TASKS] Task acknowledged"),
          std::pair(server.log(), "[TASKS] Task finished")}) {
        const auto line = line_in(log, message);
        BOOST_TEST(field(line, "trace_id") == own, message);
        BOOST_TEST(field(line, "span_id") == "0000000000000001", message);
    }
}

BOOST_AUTO_TEST_SUITE_END()
