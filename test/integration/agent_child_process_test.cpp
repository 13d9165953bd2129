// Real children: output, exit status, deadlines and signals.
#include "app/agent/child_process.hpp"
#include "test/support/postgres.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <fcntl.h>
#include <unistd.h>

using namespace holdfast;
using app::child_process;
using app::command;
using app::exit_status;
using app::output;
using std::chrono::seconds;

namespace {

struct outcome_of {
    std::string standard;
    std::string error;
    exit_status status;
};

command shell(const std::string& script, std::vector<std::string> environment = {}) {
    environment.emplace_back("PATH=/usr/bin:/bin");
    return {{"sh", "-c", script}, std::move(environment)};
}

// Calls stop() when the child says "ready", and again when it says so again.
awaitable<void> execute(executor where, command what, seconds limit, outcome_of& out) {
    std::shared_ptr<child_process> child;
    const auto sink = [&out, &child](output from, std::string_view bytes) {
        (from == output::standard ? out.standard : out.error) += bytes;
        if (bytes.find("ready") != std::string_view::npos) child->stop();
    };
    auto started = child_process::start(where, what, sink);
    BOOST_TEST_REQUIRE(bool(started));
    child = *started;
    out.status = co_await child->wait(limit);
}

outcome_of run(const command& what, seconds limit = seconds(0)) {
    asio::io_context context{1};
    outcome_of out;
    test::run(context, execute(context.get_executor(), what, limit, out));
    return out;
}

int open_descriptors() {
    int count = 0;
    for (int fd = 0; fd < 1024; ++fd) count += ::fcntl(fd, F_GETFD) != -1 ? 1 : 0;
    return count;
}

} // namespace

BOOST_AUTO_TEST_SUITE(agent_child_process)

BOOST_AUTO_TEST_CASE(both_outputs_and_the_exit_status) {
    const outcome_of got = run(shell("echo out; echo err >&2; exit 7"));
    BOOST_TEST(got.standard == "out\n");
    BOOST_TEST(got.error == "err\n");
    BOOST_TEST(got.status.code == 7);
    BOOST_TEST(!got.status.timed_out);
    BOOST_TEST(!got.status.stopped);
}

BOOST_AUTO_TEST_CASE(no_shell_comes_between) {
    const outcome_of got = run({{"printf", "%s|", "a b", "$HOME;`id`", "-n"}, {"PATH=/usr/bin:/bin"}});
    BOOST_TEST(got.standard == "a b|$HOME;`id`|-n|");
}

BOOST_AUTO_TEST_CASE(the_environment_is_what_was_given) {
    BOOST_TEST(run({{"/usr/bin/env"}, {"A=1", "B=x y"}}).standard == "A=1\nB=x y\n");
}

BOOST_AUTO_TEST_CASE(standard_input_is_empty) {
    BOOST_TEST(run(shell("cat; echo end")).standard == "end\n");
}

BOOST_AUTO_TEST_CASE(nothing_else_is_inherited) {
    constexpr int some = 200;
    BOOST_TEST_REQUIRE(::dup2(0, some) == some);
    const outcome_of got = run(shell("test ! -e /proc/self/fd/200"));
    ::close(some);
    BOOST_TEST(got.status.code == 0);
}

BOOST_AUTO_TEST_CASE(signals_are_the_childs_own_again) {
    // This process ignores SIGPIPE; a child must not, or its own pipelines never end.
    const outcome_of got = run(shell("grep SigIgn /proc/self/status"));
    const auto ignored = std::stoull(got.standard.substr(got.standard.find(':') + 1), nullptr, 16);
    for (const int each : {SIGPIPE, SIGINT, SIGTERM}) BOOST_TEST((ignored & (1ULL << (each - 1))) == 0U);
}

BOOST_AUTO_TEST_CASE(much_output_on_both_sides) {
    const outcome_of got = run(shell("head -c 5000000 /dev/zero >&2 & head -c 5000000 /dev/zero; wait"));
    BOOST_TEST(got.standard.size() == 5'000'000U);
    BOOST_TEST(got.error.size() == 5'000'000U);
}

BOOST_AUTO_TEST_CASE(a_signal_is_128_and_its_number) {
    BOOST_TEST(run(shell("kill -9 $$")).status.code == 137);
}

BOOST_AUTO_TEST_CASE(out_of_time) {
    const outcome_of got =
        run(shell("trap 'echo told; exit 3' INT; while :; do sleep 0.05; done"), seconds(1));
    BOOST_TEST(got.status.timed_out);
    BOOST_TEST(!got.status.stopped);
    BOOST_TEST(got.status.code == 3);
    BOOST_TEST(got.standard == "told\n");
}

BOOST_AUTO_TEST_CASE(stopped_by_an_interrupt) {
    const outcome_of got = run(shell("trap 'exit 5' INT; echo ready; while :; do sleep 0.05; done"));
    BOOST_TEST(got.status.stopped);
    BOOST_TEST(!got.status.timed_out);
    BOOST_TEST(got.status.code == 5);
}

BOOST_AUTO_TEST_CASE(stopped_twice_is_killed) {
    const outcome_of got = run(shell("trap 'echo ready' INT; echo ready; while :; do sleep 0.05; done"));
    BOOST_TEST(got.status.stopped);
    BOOST_TEST(got.status.code == 137);
}

BOOST_AUTO_TEST_CASE(what_a_child_leaves_behind_holds_nobody_up) {
    const outcome_of got = run(shell("sleep 1000 & echo $!"));
    BOOST_TEST(got.status.code == 0);
    BOOST_TEST_REQUIRE(!got.standard.empty());
    const pid_t left = std::stoi(got.standard);
    // Killed, and by now nobody's or a zombie that its new parent has not looked at yet.
    const auto state = [left] {
        return run(shell("sed -n 's/^State:.\\(.\\).*/\\1/p' /proc/" + std::to_string(left) + "/status"))
            .standard;
    };
    const auto gone = [&state] {
        const std::string now = state();
        return now.empty() || now == "Z\n" || now == "X\n";
    };
    int looks = 0; // a signal arrives when the machine gets to it
    while (!gone() && ++looks < 1000) {
    }
    BOOST_TEST(gone());
}

BOOST_AUTO_TEST_CASE(no_such_program) {
    asio::io_context context{1};
    const auto try_to_start = [&context](const char* name) {
        const auto started =
            child_process::start(context.get_executor(), {{name}, {}}, [](output, std::string_view) {});
        BOOST_TEST_REQUIRE(!started);
        BOOST_TEST((started.error().code() == errc::invalid));
        BOOST_TEST(started.error().detail().find(name) != std::string_view::npos);
    };
    try_to_start("/nonexistent/program"); // the loop opens its own descriptors when it is first used
    const int before = open_descriptors();
    try_to_start("/nonexistent/program");
    try_to_start("holdfast-no-such-program");
    BOOST_TEST(open_descriptors() == before);
}

BOOST_AUTO_TEST_CASE(no_descriptor_is_left) {
    (void)run(shell("exit 0")); // the loop closes what it opens, but not what libraries open once
    const int before = open_descriptors();
    for (int i = 0; i < 5; ++i) (void)run(shell("echo x; echo y >&2"));
    BOOST_TEST(open_descriptors() == before);
}

BOOST_AUTO_TEST_CASE(a_child_goes_with_its_loop) {
    pid_t pid = 0;
    {
        asio::io_context context{1};
        const auto sink = [&pid, &context](output, std::string_view bytes) {
            pid = std::stoi(std::string(bytes));
            context.stop();
        };
        auto started = child_process::start(context.get_executor(), shell("echo $$; exec sleep 1000"), sink);
        BOOST_TEST_REQUIRE(bool(started));
        context.run_for(seconds(60));
    }
    BOOST_TEST_REQUIRE(pid > 0);
    BOOST_TEST(::kill(pid, 0) == -1); // reaped: no such process
}

BOOST_AUTO_TEST_SUITE_END()
