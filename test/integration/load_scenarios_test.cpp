// Each scenario of the load tester, small, as its users run it, against a real server.
#include "app/agent/child_process.hpp"
#include "test/support/server.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <fstream>
#include <thread>

namespace bj = boost::json;
using holdfast::awaitable;
using holdfast::steady_clock;
using holdfast::app::child_process;
using holdfast::app::exit_status;
using holdfast::test::fleet;

namespace {

awaitable<void> wait_for_end(std::shared_ptr<child_process> of, std::optional<exit_status>& into) {
    auto ended = co_await of->wait(std::chrono::seconds(100));
    into = ended;
}

struct load_run {
    int exit_code = -1;
    std::string output;
    std::string complaints;
    bj::value json;

    [[nodiscard]] double figure(std::string_view name) const {
        return json.at("figures").at(name).to_number<double>();
    }

    [[nodiscard]] const bj::value& latency(std::string_view name) const {
        return json.at("latenciesMicroseconds").at(name);
    }

    [[nodiscard]] std::int64_t check(std::string_view name) const {
        return json.at("checks").at(name).as_int64();
    }
};

struct loaded : fleet {
    std::string token_file = home.file("admin.token");

    loaded() { std::ofstream(token_file) << home.root_token() << '\n'; }

    // What happens meanwhile is up to `trouble`, which is called once it runs.
    load_run load(const std::string& scenario, std::vector<std::string> more,
                  const std::function<void()>& trouble = {}) {
        std::vector<std::string> words{std::getenv("HOLDFAST_BINARY"),
                                       "load",
                                       scenario,
                                       "--server",
                                       server.url(),
                                       "--ca",
                                       home.file("ca.pem")};
        words.insert(words.end(), more.begin(), more.end());
        load_run out;
        auto started = child_process::start(
            context.get_executor(), {std::move(words), {}},
            [&out](holdfast::app::output from, std::string_view bytes) {
                (from == holdfast::app::output::standard ? out.output : out.complaints) += bytes;
            });
        BOOST_TEST_REQUIRE(bool(started));
        if (trouble) trouble();
        std::optional<exit_status> ended;
        auto waiting = wait_for_end(*started, ended);
        holdfast::asio::co_spawn(context, std::move(waiting), [](const std::exception_ptr&) {});
        context.restart();
        while (!ended && context.run_one() > 0) {
        }
        out.exit_code = ended->code;
        boost::system::error_code not_json;
        out.json = bj::parse(out.output, not_json);
        BOOST_TEST_MESSAGE(out.output << out.complaints);
        return out;
    }

    load_run measured(const std::string& scenario, std::vector<std::string> more) {
        for (const char* each : {"--output", "json", "--token-file"}) more.emplace_back(each);
        more.push_back(token_file);
        load_run out = load(scenario, std::move(more));
        BOOST_TEST_REQUIRE(out.exit_code == 0, out.output << out.complaints);
        BOOST_TEST(out.json.at("scenario").as_string() == scenario);
        BOOST_TEST(out.json.at("checks").at("good").as_bool());
        BOOST_TEST(out.json.at("failures").as_object().empty(), bj::serialize(out.json.at("failures")));
        return out;
    }

    // No task of any load is open, and no token that a load made works any more; agents keep their own.
    void check_left_behind() {
        const std::string open = "SELECT count(*) FROM tasks WHERE status <> 'completed'";
        BOOST_TEST(home.database().ask(open) == "0");
        const holdfast::test::answer tokens = root.get("/tokens?limit=200");
        for (const auto& each : tokens.body.at("items").as_array())
            BOOST_TEST((each.at("kind").as_string() == "agent" ||
                        !each.at("name").as_string().starts_with("load-")));
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(load_scenarios, loaded)

BOOST_AUTO_TEST_CASE(idle) {
    const load_run got = measured("idle", {"--agents", "40", "--duration", "2", "--wait", "4", "--server-pid",
                                           std::to_string(server.pid())});
    BOOST_TEST(got.figure("polls") == 40);
    BOOST_TEST(got.figure("pollsRenewed") > 0);
    BOOST_TEST(got.figure("bytesPerPoll") > 1000);
    BOOST_TEST(got.figure("serverCpuSeconds") >= 0);
    check_left_behind();
}

BOOST_AUTO_TEST_CASE(wake) {
    const load_run got =
        measured("wake", {"--agents", "20", "--rate", "50", "--duration", "2", "--threads", "2"});
    const std::int64_t made = got.check("made");
    BOOST_TEST(made > 40); // of 100, by chance
    BOOST_TEST(got.check("finished") == made);
    for (const char* each : {"reached", "made", "acknowledged", "finished"}) {
        const bj::value& times = got.latency(each);
        BOOST_TEST(times.at("count").as_int64() == made);
        BOOST_TEST(times.at("p50").to_number<double>() > 0);
        BOOST_TEST(times.at("p50").to_number<double>() <= times.at("p99").to_number<double>());
        BOOST_TEST(times.at("p99").to_number<double>() <= times.at("p999").to_number<double>());
        BOOST_TEST(times.at("p999").to_number<double>() <= times.at("max").to_number<double>());
    }
    check_left_behind();
}

BOOST_AUTO_TEST_CASE(drain) {
    for (const char* limit : {"1", "10"}) {
        const load_run got =
            measured("drain", {"--agents", "16", "--tasks", "300", "--limit", limit, "--wait", "5"});
        BOOST_TEST(got.check("made") == 300);
        BOOST_TEST(got.check("finished") == 300);
        BOOST_TEST(got.figure("cyclesPerSecond") > 0);
    }
    check_left_behind();
}

BOOST_AUTO_TEST_CASE(a_fleet_of_agents_with_tokens_of_their_own) {
    const load_run got =
        measured("fleet", {"--agents", "20", "--rate", "10", "--duration", "3", "--heartbeat", "1", "--work",
                           "1", "--wait", "2", "--own-tokens"});
    BOOST_TEST(got.check("made") > 0);
    BOOST_TEST(got.latency("heartbeat").at("count").as_int64() > 20);
    check_left_behind();
}

BOOST_AUTO_TEST_CASE(the_report_for_people_says_what_was_checked) {
    const load_run got =
        load("wake", {"--agents", "5", "--rate", "20", "--duration", "1", "--token-file", token_file});
    BOOST_TEST(got.exit_code == 0);
    BOOST_TEST(got.output.find("5 agents on " + server.url()) != std::string::npos);
    BOOST_TEST(got.output.find("p99.9") != std::string::npos);
    BOOST_TEST(got.output.find("finished exactly once; none lost") != std::string::npos);
    BOOST_TEST(got.complaints.empty());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(load_in_trouble, loaded)

BOOST_AUTO_TEST_CASE(promises_hold_when_the_server_is_killed_meanwhile) {
    const load_run got = load("wake",
                              {"--agents", "10", "--rate", "100", "--duration", "4", "--output", "json",
                               "--token-file", token_file},
                              [this] {
                                  wait_for_metric("polls_waiting", 10);
                                  server.kill();
                                  server.start_again();
                              });
    BOOST_TEST(got.exit_code == 0, got.output << got.complaints);
    BOOST_TEST(!got.json.at("failures").as_object().empty(), "the trouble troubled nobody");
    BOOST_TEST(got.check("finished") == got.check("made"));
    BOOST_TEST(got.check("made") > 100);
}

// Not the server's fault, but to the agents it looks like one: what they were given is taken from them.
BOOST_AUTO_TEST_CASE(a_broken_promise_is_seen) {
    const load_run got = load(
        "fleet",
        {"--agents", "5", "--rate", "5", "--duration", "3", "--work", "1", "--patience", "2", "--output",
         "json", "--token-file", token_file},
        [this] {
            while (home.database().ask("SELECT count(*) > 0 FROM tasks WHERE status = 'in-progress'") != "t")
                std::this_thread::sleep_for(std::chrono::milliseconds(20));
            root.post("/tasks/" +
                      home.database().ask("SELECT task_id FROM tasks WHERE status = 'in-progress' LIMIT 1") +
                      "/cancel");
        });
    BOOST_TEST(got.exit_code == 2, got.output << got.complaints);
    BOOST_TEST(!got.json.at("checks").at("good").as_bool());
    BOOST_TEST(got.check("lost") == 1);
    BOOST_TEST(got.check("refused") == 1);
    BOOST_TEST(got.json.at("checks").at("examples").as_array().size() == 1U);
}

BOOST_AUTO_TEST_CASE(what_can_not_be_put_on_is_said) {
    const auto refused = [this](std::vector<std::string> more, std::string_view words) {
        const load_run got = load("wake", std::move(more));
        BOOST_TEST(got.exit_code != 0);
        BOOST_TEST(got.exit_code != 2); // which is a broken promise
        BOOST_TEST(got.complaints.find(words) != std::string::npos, got.complaints);
        BOOST_TEST(got.output.empty());
    };
    refused({}, "--token: is required");
    refused({"--token", "hf_nobody"}, "401");
    refused({"--token-file", "/nonexistent"}, "can't be read");
    refused({"--token-file", token_file, "--agents", "1000000"}, "open files");
    refused({"--token-file", token_file, "--server-pid", "999999999"}, "no such process");
    refused({"--token-file", token_file, "--operator-server", "http://127.0.0.1"}, "--operator-server: ");
}

BOOST_AUTO_TEST_SUITE_END()
