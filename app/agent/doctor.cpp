#include "app/agent/doctor.hpp"

#include "app/agent/child_process.hpp"
#include "app/agent/machine.hpp"
#include "app/agent/server_calls.hpp"
#include "app/agent/state.hpp"
#include "app/agent/surroundings.hpp"
#include "app/run_to_end.hpp"
#include "app/secret_file.hpp"
#include "domain/agent_service.hpp"
#include "net/client/https_client.hpp"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <iostream>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

extern char** environ;

namespace holdfast::app {
namespace {

namespace fs = std::filesystem;

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

class examination {
public:
    explicit examination(agent_settings settings) : s_(std::move(settings)) {
        if (s_.hostname.empty()) s_.hostname = system_hostname();
    }

    bool run() {
        std::signal(SIGPIPE, SIG_IGN);
        run_to_end(context_, look_at_all());
        return good_;
    }

private:
    awaitable<void> look_at_all();
    awaitable<void> look_at_server();
    awaitable<void> look_at_token();
    awaitable<void> look_at_restic();
    awaitable<void> look_at_network();
    void look_at_state();
    void look_at_clock(std::string_view date);
    void look_at_repository_secrets();
    void look_at_cache();

    void ok(const std::string& what) { std::cout << "ok    " << what << std::endl; }

    void note(const std::string& what) { std::cout << "note  " << what << std::endl; }

    void fail(const std::string& what, const std::string& advice) {
        good_ = false;
        std::cout << "FAIL  " << what << ": " << advice << std::endl;
    }

    agent_settings s_;
    asio::io_context context_{1};
    bool good_ = true;
    std::optional<net::tls_context> tls_;
    std::optional<net::server_url> server_;
    std::optional<agent_identity> identity_;
};

awaitable<void> examination::look_at_all() {
    if (is_hostname(s_.hostname))
        ok("hostname " + s_.hostname);
    else
        fail("hostname " + s_.hostname + " is none", "--hostname names the agent");
    look_at_state();
    co_await look_at_server();
    if (server_) co_await look_at_token();
    co_await look_at_restic();
    look_at_repository_secrets();
    look_at_cache();
    note(on_battery() ? "power: on battery" : "power: not on battery");
    co_await look_at_network();
}

void examination::look_at_state() {
    struct stat facts {};

    if (::stat(s_.state_dir.c_str(), &facts) != 0) {
        note("state folder " + s_.state_dir + " is not there yet: the agent makes it");
        return;
    }
    if (::access(s_.state_dir.c_str(), R_OK | W_OK | X_OK) != 0)
        return fail("state folder " + s_.state_dir + " can't be used by this user",
                    "chown it to the agent's user, or run this as that user");
    if ((facts.st_mode & 077U) != 0)
        return fail("state folder " + s_.state_dir + " holds a token, and others may look into it",
                    "chmod 700 it");
    ok("state folder " + s_.state_dir);
    auto state = agent_state::open(s_.state_dir);
    if (!state) return fail("state folder", std::string(state.error().detail()));
    identity_ = state->identity(s_.server_url, s_.hostname);
    const std::size_t waiting = state->undelivered().size();
    if (waiting > 0) note("results that wait to be delivered: " + std::to_string(waiting));
}

awaitable<void> examination::look_at_server() {
    auto server = net::parse_server_url(s_.server_url);
    if (!server) {
        fail("--server", std::string(server.error().detail()));
        co_return;
    }
    try {
        tls_ = net::make_client_tls(s_.ca_file, s_.own);
    } catch (const std::exception& e) {
        fail("--ca " + s_.ca_file, e.what());
        co_return;
    }
    net::https_client client(context_.get_executor(), *tls_, *server);
    auto answer = co_await client.request(net::verb::get, "/readyz", {}, {}, std::chrono::seconds(15));
    if (!answer) {
        fail("server: " + std::string(answer.error().detail()),
             "is the address right, the server up, the way open, its certificate of that CA and for that "
             "name?");
        co_return;
    }
    server_ = *server;
    ok("server " + s_.server_url + ": found, connected, its certificate is good");
    if (!answer->good()) note("server: not ready for work, it answers " + std::to_string(answer->status));
    look_at_clock(answer->header("Date"));
}

void examination::look_at_clock(std::string_view date) {
    constexpr std::chrono::seconds tolerated{60};
    const auto skew = clock_skew(date, std::chrono::system_clock::now());
    if (!skew) return note("clock: the server does not say its time");
    if (*skew > tolerated || *skew < -tolerated)
        return fail("clock: " + std::to_string(std::abs(skew->count())) + " s " +
                        (skew->count() > 0 ? "behind" : "ahead of") + " the server's",
                    "let NTP set the clock, of this machine or the server's");
    ok("clock");
}

// A heartbeat without tasks renews nothing; a registration without a name is refused, but only after a look
// at the token.
awaitable<void> examination::look_at_token() {
    server_calls calls(context_.get_executor(), *tls_, *server_);
    const std::string token = secret_from(s_.token, s_.token_file);
    if (identity_) {
        calls.be(identity_->agent_id, identity_->token.value_or(token));
        net::wire::heartbeat_body body;
        body.version = s_.version;
        body.os = system_name();
        body.running_tasks.emplace();
        auto beat = co_await calls.beat(body);
        if (beat.value)
            ok("identity: agent " + to_string(identity_->agent_id) + ", and its token is good");
        else
            fail("identity: agent " + to_string(identity_->agent_id) + ": " + beat.wrong.words,
                 "an operator can look at GET /agents; with a new token and an empty state folder it "
                 "registers "
                 "anew");
        co_return;
    }
    if (token.empty()) {
        fail("not registered, and no token to register with", "--token-file names one");
        co_return;
    }
    const net::wire::registration_body nobody;
    auto refused = co_await calls.register_as(nobody, token);
    if (refused.wrong.status == 400)
        ok("not registered yet; the token to register with is good");
    else
        fail("the token to register with: " + refused.wrong.words, "an operator makes one with POST /tokens");
}

awaitable<void> examination::look_at_restic() {
    std::string said;
    command call;
    call.arguments = {s_.restic, "version"};
    for (char** each = environ; *each != nullptr; ++each) call.environment.emplace_back(*each);
    auto started = child_process::start(context_.get_executor(), call,
                                        [&said](output, std::string_view bytes) { said += bytes; });
    if (!started) {
        fail(std::string(started.error().detail()), "install restic, or name it with --restic");
        co_return;
    }
    const auto child = *started;
    const exit_status ended = co_await child->wait(std::chrono::seconds(10));
    said.erase(std::min(said.find('\n'), said.size()));
    if (ended.code == 0)
        ok(said);
    else
        fail(s_.restic + " version: " + said, "is it restic?");
}

void examination::look_at_repository_secrets() {
    const std::string file = variable("RESTIC_PASSWORD_FILE");
    if (!file.empty() && ::access(file.c_str(), R_OK) != 0)
        return fail("RESTIC_PASSWORD_FILE " + file + " can't be read",
                    "make it, readable for the agent's user");
    if (file.empty() && variable("RESTIC_PASSWORD").empty() && variable("RESTIC_PASSWORD_COMMAND").empty())
        return fail("no password for repositories in the environment",
                    "set RESTIC_PASSWORD_FILE where the agent runs");
    ok("password for repositories");
}

void examination::look_at_cache() {
    constexpr std::uint64_t wanted = std::uint64_t{500} << 20U;
    fs::path folder = variable("RESTIC_CACHE_DIR");
    if (folder.empty() && !variable("XDG_CACHE_HOME").empty()) folder = variable("XDG_CACHE_HOME");
    if (folder.empty() && !variable("HOME").empty()) folder = fs::path(variable("HOME")) / ".cache";
    if (folder.empty())
        return fail("no folder for restic's cache: without it every backup reads much of the repository",
                    "set RESTIC_CACHE_DIR");
    std::error_code none;
    while (!fs::exists(folder, none) && folder.has_relative_path()) folder = folder.parent_path();

    struct statvfs facts {};

    if (::statvfs(folder.c_str(), &facts) != 0)
        return note("cache: " + folder.string() + " can't be looked at");
    const std::uint64_t free = std::uint64_t{facts.f_bavail} * facts.f_frsize;
    const std::string words = "cache: " + std::to_string(free >> 20U) + " MiB free at " + folder.string();
    if (free < wanted) return fail(words, "make room, or set RESTIC_CACHE_DIR");
    ok(words);
}

awaitable<void> examination::look_at_network() {
    std::vector<std::string> environment;
    for (char** each = environ; *each != nullptr; ++each) environment.emplace_back(*each);
    const auto known = co_await metered(context_.get_executor(), std::move(environment));
    if (known)
        note(*known ? "network: metered" : "network: not metered");
    else
        note("network: whether it is metered can't be told (NetworkManager, busctl)");
}

} // namespace

std::optional<std::chrono::seconds> clock_skew(std::string_view date,
                                               std::chrono::system_clock::time_point now) {
    std::tm parts{};
    const std::string text(date);
    const char* const end = ::strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    if (end == nullptr || *end != '\0') return std::nullopt;
    const auto theirs = std::chrono::system_clock::from_time_t(::timegm(&parts));
    return std::chrono::duration_cast<std::chrono::seconds>(theirs - now);
}

int examine_agent(const agent_settings& settings) {
    return examination(settings).run() ? 0 : 1;
}

} // namespace holdfast::app
