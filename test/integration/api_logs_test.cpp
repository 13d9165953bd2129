// Logs in pieces, on the real program.
#include "test/support/server.hpp"

#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <fstream>

using holdfast::test::answer;
using holdfast::test::client;
using holdfast::test::fleet;

namespace {

constexpr std::int64_t log_bytes_max = 16 * 1024 * 1024;

struct logged_fleet : fleet {
    logged_fleet() : fleet({"--retry-base", "0", "--retry-cap", "0"}) { task = make_task(agent); }

    std::string of_task(const std::string& what) const {
        return "/agents/" + agent + "/tasks/" + task + "/" + what;
    }

    void start() {
        BOOST_TEST_REQUIRE(root.get(poll_target(agent)).status == 200U);
        BOOST_TEST_REQUIRE(root.post(of_task("ack")).status == 200U);
    }

    answer append(std::int64_t offset, const std::string& text, const std::string& more = "") {
        return root.post(of_task("log"), R"({"offset":)" + std::to_string(offset) + R"(,"text":)" +
                                             boost::json::serialize(boost::json::string(text)) + more + "}");
    }

    std::string log(const std::string& query = "") {
        return root.get("/tasks/" + task + "/log" + query).raw.body;
    }

    std::string task;
};

// The most that the process ever had in memory.
std::int64_t peak_kilobytes(pid_t pid) {
    std::ifstream status("/proc/" + std::to_string(pid) + "/status");
    for (std::string word; status >> word;)
        if (word == "VmHWM:") {
            std::int64_t kilobytes = 0;
            status >> kilobytes;
            return kilobytes;
        }
    return 0;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(api_logs, logged_fleet)

BOOST_AUTO_TEST_CASE(pieces_follow_each_other_and_the_result_ends_them) {
    start();
    BOOST_TEST(log().empty());
    const answer first = append(0, "wörd\n", R"(,"attempt":1)");
    BOOST_TEST_REQUIRE(first.status == 200U);
    BOOST_TEST(first.text("taskId") == task);
    BOOST_TEST(first.number("attempt") == 1);
    BOOST_TEST(first.number("size") == 6);
    BOOST_TEST(log() == "wörd\n"); // while it runs
    BOOST_TEST(append(6, "two\n").number("size") == 10);
    BOOST_TEST(root.post(of_task("result"), R"({"status":"completed","log":"the end\n"})").status == 200U);
    BOOST_TEST(log() == "wörd\ntwo\nthe end\n");
}

BOOST_AUTO_TEST_CASE(a_piece_may_be_repeated_and_none_may_be_left_out) {
    start();
    BOOST_TEST(append(0, "one").number("size") == 3);
    BOOST_TEST(append(3, "two").number("size") == 6);
    const answer again = append(0, "one");
    BOOST_TEST(again.status == 200U);
    BOOST_TEST(again.number("size") == 6);
    for (const answer& wrong : {append(0, "two"), append(3, "tw"), append(5, "o"), append(7, "x")}) {
        BOOST_TEST(wrong.status == 409U);
        BOOST_TEST(wrong.text("detail").find("6 bytes long") != std::string::npos);
    }
    const answer asked = append(0, "");
    BOOST_TEST(asked.status == 200U);
    BOOST_TEST(asked.number("size") == 6);
    BOOST_TEST(log() == "onetwo");
}

BOOST_AUTO_TEST_CASE(only_the_attempt_that_runs_is_logged) {
    BOOST_TEST(append(0, "x").status == 409U); // pending
    BOOST_TEST_REQUIRE(root.get(poll_target(agent)).status == 200U);
    BOOST_TEST(append(0, "x").status == 409U); // not acknowledged
    BOOST_TEST_REQUIRE(root.post(of_task("ack")).status == 200U);
    const answer early = append(0, "x", R"(,"attempt":2)");
    BOOST_TEST(early.status == 409U);
    BOOST_TEST(early.text("code") == "lease_lost");
    BOOST_TEST(append(0, "first").status == 200U);
    BOOST_TEST_REQUIRE(root.post(of_task("result"), R"({"status":"failed"})").status == 200U);
    start();
    BOOST_TEST(append(0, "x", R"(,"attempt":1)").status == 409U);
    BOOST_TEST(append(0, "second", R"(,"attempt":2)").status == 200U);
    BOOST_TEST_REQUIRE(root.post(of_task("result"), R"({"status":"completed"})").status == 200U);
    BOOST_TEST(append(6, "x").status == 409U);
    BOOST_TEST(log() == "second");
    BOOST_TEST(log("?attempt=1") == "first");
    BOOST_TEST(log("?attempt=3").empty());
}

BOOST_AUTO_TEST_CASE(only_the_agent_itself_writes_and_only_its_tenant_reads) {
    start();
    const std::string other = register_agent("other");
    const std::string body = R"({"offset":0,"text":"x"})";
    BOOST_TEST(root.post("/agents/" + other + "/tasks/" + task + "/log", body).status == 404U);
    const answer tenant = root.post("/tenants", R"({"name":"elsewhere"})");
    client stranger(context, server, tenant.text("token"));
    BOOST_TEST(stranger.post(of_task("log"), body).status == 404U);
    BOOST_TEST(stranger.get("/tasks/" + task + "/log").status == 404U);
    BOOST_TEST(log().empty());
}

BOOST_AUTO_TEST_CASE(bad_pieces_and_parameters_are_named) {
    start();
    const std::string bad[][2] = {{R"({"text":"x"})", "/offset"},
                                  {R"({"offset":-1,"text":"x"})", "/offset"},
                                  {R"({"offset":0.5,"text":"x"})", "/offset"},
                                  {R"({"offset":0})", "/text"},
                                  {R"({"offset":0,"text":"\u0000"})", "/text"}};
    for (const auto& [body, pointer] : bad) {
        const answer a = root.post(of_task("log"), body);
        BOOST_TEST_CONTEXT(body) {
            BOOST_TEST(a.status == 400U);
            BOOST_TEST_REQUIRE(a.body.as_object().contains("errors"));
            BOOST_TEST(a.body.at("errors").at(0).at("pointer").as_string() == pointer);
        }
    }
    for (const char* query : {"offset=-1", "offset=x", "attempt=0"})
        BOOST_TEST(root.get("/tasks/" + task + "/log?" + query).status == 400U);
}

BOOST_AUTO_TEST_CASE(a_log_is_read_from_any_byte_on) {
    start();
    append(0, "0123456789");
    append(10, "abcdef");
    BOOST_TEST(log("?offset=0") == "0123456789abcdef");
    BOOST_TEST(log("?offset=4") == "456789abcdef");
    BOOST_TEST(log("?offset=10") == "abcdef");
    BOOST_TEST(log("?offset=15") == "f");
    BOOST_TEST(log("?offset=16").empty());
    BOOST_TEST(log("?offset=1000").empty());
}

BOOST_AUTO_TEST_CASE(sixteen_mebibytes_and_no_more_are_kept_and_never_held_whole) {
    start();
    const std::string piece(std::size_t{512} * 1024, 'x');
    for (std::int64_t at = 0; at < log_bytes_max; at += static_cast<std::int64_t>(piece.size()))
        BOOST_TEST_REQUIRE(append(at, piece).status == 200U);
    const answer more = append(log_bytes_max, "x");
    BOOST_TEST(more.status == 413U);
    const std::int64_t before = peak_kilobytes(server.pid());
    BOOST_TEST(log() == std::string(static_cast<std::size_t>(log_bytes_max), 'x'), "the log is whole");
    BOOST_TEST(peak_kilobytes(server.pid()) - before < 8 * 1024);
}

BOOST_AUTO_TEST_SUITE_END()
