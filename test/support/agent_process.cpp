#include "test/support/agent_process.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <optional>

namespace holdfast::test {
namespace {

namespace fs = std::filesystem;
namespace bj = boost::json;
using app::child_process;
using app::exit_status;

awaitable<void> wait_for_end(std::shared_ptr<child_process> of, std::optional<exit_status>& into) {
    auto ended = co_await of->wait(std::chrono::seconds(60));
    into = ended;
}

} // namespace

std::string contents_of(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

void write_file(const fs::path& file, const std::string& what) {
    fs::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << what;
}

answer agent_process::made(const std::string& target, const bj::object& body) {
    answer got = root.post(target, bj::serialize(body));
    BOOST_TEST_REQUIRE(got.status == 201U, got.raw.body);
    return got;
}

void agent_process::until(const std::string& what, const std::function<bool()>& seen) {
    const auto end = steady_clock::now() + std::chrono::seconds(90);
    while (!seen()) {
        BOOST_TEST_REQUIRE((steady_clock::now() < end), what << " never happens; the agent: " << agent_log);
        context.restart();
        context.run_for(std::chrono::milliseconds(20));
    }
}

int agent_process::end_of(std::shared_ptr<child_process> child) {
    std::optional<exit_status> ended;
    auto waiting = wait_for_end(std::move(child), ended);
    asio::co_spawn(context, std::move(waiting), [](const std::exception_ptr&) {});
    until("the end of a program", [&ended] { return ended.has_value(); });
    return ended->code;
}

std::shared_ptr<child_process> agent_process::start_program(std::vector<std::string> words, std::string& said,
                                                            std::string& complaints) {
    auto started = child_process::start(context.get_executor(), {std::move(words), environment},
                                        [&said, &complaints](app::output from, std::string_view bytes) {
                                            (from == app::output::standard ? said : complaints) += bytes;
                                        });
    BOOST_TEST_REQUIRE(bool(started));
    return *started;
}

int agent_process::run_program(std::vector<std::string> words, std::string& said, std::string& complaints) {
    return end_of(start_program(std::move(words), said, complaints));
}

std::vector<std::string> agent_process::agent_words(std::vector<std::string> more) {
    std::vector<std::string> words{std::getenv("HOLDFAST_BINARY"),
                                   "agent",
                                   "--server",
                                   server.url(),
                                   "--ca",
                                   home.file("ca.pem"),
                                   "--token-file",
                                   folder / "enroll.token",
                                   "--state",
                                   folder / "state",
                                   "--hostname",
                                   "web-01"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

void agent_process::start_agent(std::vector<std::string> more) {
    const std::string token = made("/tokens", {{"kind", "enroll"}, {"name", "new hosts"}}).text("token");
    write_file(folder / "enroll.token", token + "\n");
    auto started = child_process::start(context.get_executor(), {agent_words(std::move(more)), environment},
                                        [this](app::output, std::string_view bytes) { agent_log += bytes; });
    BOOST_TEST_REQUIRE(bool(started));
    process = *started;
    until("the registration", [this] { return agent_named("web-01"); });
}

int agent_process::stop_agent() {
    process->stop();
    return end_of(process);
}

bool agent_process::agent_named(std::string_view hostname) {
    const answer all = root.get("/agents");
    for (const bj::value& each : all.body.at("items").as_array()) {
        if (each.at("hostname").as_string() != hostname) continue;
        agent = each.at("agentId").as_string();
        return true;
    }
    return false;
}

std::string agent_process::ordered(const std::string& type, int attempts) {
    return made("/tasks",
                {{"agentId", agent}, {"policyId", policy}, {"taskType", type}, {"maxAttempts", attempts}})
        .text("taskId");
}

answer agent_process::end_of_task(const std::string& id) {
    answer now;
    until("the end of task " + id, [&] {
        now = task(id);
        const std::string state = now.text("status");
        return state == "completed" || state == "failed" || state == "cancelled";
    });
    return now;
}

std::string agent_process::script(const std::string& name, const std::string& text) {
    const fs::path file = folder / name;
    write_file(file, "#!/bin/sh\nFOLDER='" + folder.string() + "'\n" + text);
    fs::permissions(file, fs::perms::owner_all);
    return file;
}

} // namespace holdfast::test
