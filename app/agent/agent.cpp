#include "app/agent/agent.hpp"

#include "app/agent/machine.hpp"
#include "app/agent/pauses.hpp"
#include "app/agent/restic_run.hpp"
#include "app/agent/server_calls.hpp"
#include "app/agent/state.hpp"
#include "app/secret_file.hpp"
#include "domain/agent_service.hpp"
#include "domain/log.hpp"
#include "domain/repository.hpp"
#include "domain/secret.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/signal_set.hpp>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <sys/stat.h>
#include <unistd.h>

extern char** environ;

namespace holdfast::app {
namespace {

using std::chrono::seconds;

std::vector<std::string> own_environment() {
    std::vector<std::string> out;
    for (char** each = environ; *each != nullptr; ++each) out.emplace_back(*each);
    return out;
}

agent_settings completed(agent_settings s) {
    s.token = secret_from(s.token, s.token_file);
    if (s.demo) {
        if (s.hostname.empty()) s.hostname = "demo";
        s.init_repository = true;
    }
    if (s.hostname.empty()) s.hostname = system_hostname();
    return s;
}

class agent_program {
public:
    agent_program(agent_settings settings, const net::tls_context& tls, const net::server_url& server,
                  agent_state state)
        : settings_(std::move(settings)),
          state_(std::move(state)),
          where_(context_.get_executor()),
          calls_(where_, tls, server),
          beats_(where_, tls, server),
          setup_{settings_.restic, settings_.hostname, own_environment()},
          wish_{1, settings_.wait, "a" + to_base64url(sha256(to_string(make_uuid()))).substr(0, 16),
                settings_.types},
          pause_(where_),
          beat_pause_(where_),
          signals_(where_, SIGTERM, SIGINT) {}

    int run() {
        await_signal();
        auto work = main_loop();
        std::exception_ptr failed;
        asio::co_spawn(where_, std::move(work), [this, &failed](const std::exception_ptr& e) {
            failed = e;
            finish();
        });
        context_.run();
        if (failed) std::rethrow_exception(failed);
        return exit_code_;
    }

private:
    awaitable<void> main_loop();
    awaitable<bool> become_known();
    awaitable<bool> register_anew();
    awaitable<void> beat_loop();
    awaitable<void> work_loop();
    awaitable<bool> begin(const order& task);
    awaitable<void> carry_out(order task);
    awaitable<void> deliver_kept();
    awaitable<bool> deliver(kept_result what);
    awaitable<void> give_back(order task);
    awaitable<void> rest(std::optional<seconds> at_least);
    [[nodiscard]] net::wire::registration_body introduction() const;
    [[nodiscard]] net::wire::heartbeat_body present_state() const;
    void stop_cancelled(const std::optional<std::vector<task_id>>& cancelled);
    void await_signal();
    void stop();
    void finish();

    void tell(const std::string& line) const {
        if (settings_.demo) std::cout << line << std::endl;
    }

    agent_settings settings_;
    agent_state state_;
    asio::io_context context_{1};
    executor where_;
    server_calls calls_;
    server_calls beats_; // on a connection of its own: a poll may wait for a minute
    restic_setup setup_;
    poll_wish wish_;
    steady_timer pause_;
    steady_timer beat_pause_;
    asio::signal_set signals_;
    pauses backoff_;
    std::optional<agent_identity> identity_;
    std::optional<task_id> running_;
    std::unique_ptr<restic_run> restic_;
    net::wire::backup_status last_backup_ = net::wire::backup_status::none;
    bool cancelled_ = false;
    bool stopping_ = false;
    int exit_code_ = 0;
};

void agent_program::await_signal() {
    signals_.async_wait([this](error_code ec, int) {
        if (ec) return;
        if (stopping_) { // asked twice: now
            if (restic_) restic_->stop();
            log::flush();
            std::_Exit(1);
        }
        stop();
        await_signal();
    });
}

void agent_program::stop() {
    stopping_ = true;
    tell("Stopping.");
    if (restic_)
        restic_->stop();
    else
        calls_.close();
    pause_.cancel();
    beat_pause_.cancel();
    beats_.close();
}

void agent_program::finish() {
    stopping_ = true;
    signals_.cancel();
    beat_pause_.cancel();
    beats_.close();
    calls_.close();
}

awaitable<void> agent_program::rest(std::optional<seconds> at_least) {
    if (stopping_) co_return;
    error_code cut_short;
    pause_.expires_after(backoff_.next(at_least));
    co_await pause_.async_wait(asio::redirect_error(use_awaitable, cut_short));
}

net::wire::registration_body agent_program::introduction() const {
    net::wire::registration_body body;
    body.hostname = settings_.hostname;
    body.os = system_name();
    body.arch = system_arch();
    body.version = settings_.version;
    return body;
}

net::wire::heartbeat_body agent_program::present_state() const {
    net::wire::heartbeat_body body;
    body.version = settings_.version;
    body.os = system_name();
    body.arch = system_arch();
    body.uptime_seconds = uptime_seconds();
    body.disks = disks();
    body.last_backup_status = running_ ? net::wire::backup_status::running : last_backup_;
    body.running_tasks.emplace();
    if (running_) body.running_tasks->push_back(*running_);
    return body;
}

awaitable<void> agent_program::main_loop() {
    const bool known = co_await become_known();
    if (!known) co_return;
    auto beats = beat_loop();
    asio::co_spawn(where_, std::move(beats), [](const std::exception_ptr& failed) {
        if (failed) log::error("the heartbeat ended");
    });
    co_await work_loop();
}

awaitable<bool> agent_program::become_known() {
    identity_ = state_.identity(settings_.server_url, settings_.hostname);
    if (!identity_) {
        const bool registered = co_await register_anew();
        co_return registered;
    }
    const std::string token = identity_->token.value_or(settings_.token);
    calls_.be(identity_->agent_id, token);
    beats_.be(identity_->agent_id, token);
    tell("I am agent " + to_string(identity_->agent_id) + ", known to " + settings_.server_url + ".");
    co_return true;
}

// False: there is nothing to register with, the server refuses for good, or the program is to stop.
awaitable<bool> agent_program::register_anew() {
    if (settings_.token.empty()) {
        log::error("not registered yet, and no token to register with: --token-file names one");
        exit_code_ = 1;
        co_return false;
    }
    while (!stopping_) {
        const net::wire::registration_body who = introduction();
        auto known = co_await calls_.register_as(who, settings_.token);
        if (known.value) {
            identity_ = agent_identity{settings_.server_url, settings_.hostname, known.value->agent_id,
                                       known.value->token};
            auto kept = state_.keep(*identity_);
            if (!kept) log::error("the identity could not be kept", {{"cause", kept.error().detail()}});
            const std::string token = identity_->token.value_or(settings_.token);
            calls_.be(identity_->agent_id, token);
            beats_.be(identity_->agent_id, token);
            backoff_.reset();
            log::info("registered", {{"agent", identity_->agent_id}, {"hostname", settings_.hostname}});
            tell("Registered as agent " + to_string(identity_->agent_id) + ".");
            co_return true;
        }
        log::warning("registration failed", {{"cause", known.wrong.words}});
        if (known.wrong.final() || known.wrong.status == 401) {
            exit_code_ = 1;
            co_return false;
        }
        co_await rest(known.wrong.retry_after);
    }
    co_return false;
}

awaitable<void> agent_program::beat_loop() {
    while (!stopping_) {
        const net::wire::heartbeat_body state = present_state();
        auto beat = co_await beats_.beat(state);
        seconds next{30};
        if (beat.value) {
            stop_cancelled(beat.value->cancel_tasks);
            next = seconds(
                std::clamp<std::int64_t>(beat.value->next_task_check_after_seconds.value_or(60), 1, 120));
        } else if (!stopping_) {
            log::warning("heartbeat failed", {{"cause", beat.wrong.words}});
        }
        if (settings_.heartbeat) next = *settings_.heartbeat;
        if (stopping_) break;
        error_code cut_short;
        beat_pause_.expires_after(next);
        co_await beat_pause_.async_wait(asio::redirect_error(use_awaitable, cut_short));
    }
}

void agent_program::stop_cancelled(const std::optional<std::vector<task_id>>& cancelled) {
    if (!cancelled || !running_ || !restic_) return;
    if (std::find(cancelled->begin(), cancelled->end(), *running_) == cancelled->end()) return;
    log::info("the task was cancelled: stopping restic", {{"task", *running_}});
    cancelled_ = true;
    restic_->stop();
}

awaitable<void> agent_program::work_loop() {
    tell("Waiting for tasks.");
    while (!stopping_) {
        co_await deliver_kept();
        const auto asked = steady_clock::now();
        auto polled = co_await calls_.poll(wish_);
        if (stopping_ && !polled.value) co_return;
        if (!polled.value) {
            const bool unknown = polled.wrong.status == 404 || polled.wrong.status == 401;
            log::warning("poll failed", {{"cause", polled.wrong.words}});
            if (unknown && !settings_.token.empty()) {
                const bool registered = co_await register_anew();
                if (!registered) co_return;
            }
            co_await rest(polled.wrong.retry_after);
            continue;
        }
        backoff_.reset();
        for (order& task : polled.value->tasks) co_await carry_out(std::move(task));
        // A server that does not wait must not be asked in a tight loop.
        if (polled.value->tasks.empty() && steady_clock::now() - asked < seconds(1))
            co_await rest(std::nullopt);
    }
}

// Until the server says yes or no: an acknowledgement whose answer was lost has begun the task, and nobody
// else will be offered it.
awaitable<bool> agent_program::begin(const order& task) {
    while (!stopping_) {
        auto started = co_await calls_.acknowledge(task.task_id, task.attempt);
        if (started.value) {
            backoff_.reset();
            co_return true;
        }
        log::warning("a task could not be acknowledged",
                     {{"task", task.task_id}, {"cause", started.wrong.words}});
        if (started.wrong.final() || started.wrong.status == 401) co_return false;
        co_await rest(started.wrong.retry_after);
    }
    co_return false;
}

awaitable<void> agent_program::carry_out(order task) {
    const bool ours = co_await begin(task);
    if (stopping_) {
        co_await give_back(std::move(task));
        co_return;
    }
    if (!ours) co_return;
    log::info("task begins",
              {{"task", task.task_id}, {"type", name_of(task.task_type)}, {"attempt", task.attempt}});
    tell("Got " + std::string(name_of(task.task_type)) + " task " + to_string(task.task_id) + " for " +
         masked_repository(task.repository) + ": running restic.");
    running_ = task.task_id;
    cancelled_ = false;
    restic_ = std::make_unique<restic_run>(where_, setup_, settings_.init_repository);
    report said = co_await restic_->run(task);
    const bool stopped = restic_->stopped();
    restic_.reset();
    running_.reset();
    if (cancelled_) co_return;
    if (stopped && said.status != outcome::completed) {
        co_await give_back(std::move(task));
        co_return;
    }
    if (task.task_type == task_type::backup)
        last_backup_ = said.status == outcome::completed ? net::wire::backup_status::success
                                                         : net::wire::backup_status::failure;
    tell(said.status == outcome::completed ? "Done, snapshot " + said.snapshot_id.value_or("(none)") + "."
                                           : "Failed: " + said.error_message.value_or(""));
    // Kept first, sent then: a result is not lost by a crash in between.
    kept_result what{task.task_id, std::move(said)};
    auto kept = state_.keep(what);
    if (!kept) log::error("the result could not be kept", {{"cause", kept.error().detail()}});
    co_await deliver(std::move(what));
}

awaitable<void> agent_program::deliver_kept() {
    for (kept_result& each : state_.undelivered()) {
        if (stopping_) co_return;
        const bool taken = co_await deliver(std::move(each));
        if (!taken) co_return; // the poll that follows will pause if the server is away
    }
}

// True: the server took it, or refuses it for good.
awaitable<bool> agent_program::deliver(kept_result what) {
    auto sent = co_await calls_.report_result(what);
    if (!sent.value && (!sent.wrong.final() || sent.wrong.status == 403)) {
        log::warning("a result waits to be delivered", {{"task", what.task_id}, {"cause", sent.wrong.words}});
        co_return false;
    }
    state_.forget(what);
    if (sent.value)
        log::info("result delivered", {{"task", what.task_id}, {"status", name_of(sent.value->status)}});
    else
        log::warning("the server does not want a result",
                     {{"task", what.task_id}, {"cause", sent.wrong.words}});
    co_return true;
}

awaitable<void> agent_program::give_back(order task) {
    std::string reason = "shutdown";
    auto released = co_await calls_.release(task.task_id, task.attempt, std::move(reason));
    if (released.value)
        log::info("task given back", {{"task", task.task_id}});
    else
        log::warning("a task could not be given back; its lease will end",
                     {{"task", task.task_id}, {"cause", released.wrong.words}});
    tell("Gave the task back.");
}

} // namespace

int run_agent(const agent_settings& given) {
    std::signal(SIGPIPE, SIG_IGN);
    ::umask(077);
    agent_settings settings = completed(given);
    if (!is_hostname(settings.hostname))
        throw std::runtime_error("--hostname: " + settings.hostname + " is no hostname");
    auto server = net::parse_server_url(settings.server_url);
    if (!server) throw std::runtime_error("--server: " + std::string(server.error().detail()));
    auto state = agent_state::open(settings.state_dir);
    if (!state) throw std::runtime_error("--state: " + std::string(state.error().detail()));
    const net::tls_context tls = net::make_client_tls(settings.ca_file);
    agent_program program(std::move(settings), tls, *server, std::move(*state));
    return program.run();
}

} // namespace holdfast::app
