#include "app/agent/agent.hpp"

#include "app/agent/declines.hpp"
#include "app/agent/delivery.hpp"
#include "app/agent/heartbeat.hpp"
#include "app/agent/machine.hpp"
#include "app/agent/parts.hpp"
#include "app/agent/pauses.hpp"
#include "app/agent/registration.hpp"
#include "app/agent/task_run.hpp"
#include "app/secret_file.hpp"
#include "app/service_manager.hpp"
#include "domain/agent_service.hpp"
#include "domain/log.hpp"
#include "domain/secret.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/signal_set.hpp>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <map>
#include <memory>
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
          tls_(tls),
          server_(server),
          setup_{settings_.restic, settings_.hostname, own_environment()},
          parts_{context_.get_executor(), settings_, state_, setup_, tls_, server_},
          calls_(parts_.where, tls_, server_),
          heart_(
              parts_, [this] { return present_state(); },
              [this](const std::vector<task_id>& which) { stop_cancelled(which); }),
          wish_{1, settings_.wait, "a" + to_base64url(sha256(to_string(make_uuid()))).substr(0, 16),
                settings_.types},
          pause_(parts_.where),
          run_ended_(parts_.where),
          signals_(parts_.where, SIGTERM, SIGINT) {
        setup_.progress_interval = settings_.progress_interval;
    }

    int run() {
        await_signal();
        tell_service_manager("READY=1"); // whether or not the server is there
        auto work = main_loop();
        asio::co_spawn(parts_.where, std::move(work), [this](const std::exception_ptr& failed) {
            if (failed) failed_ = failed;
            finish();
        });
        context_.run();
        if (failed_) std::rethrow_exception(failed_);
        return exit_code_;
    }

private:
    awaitable<void> main_loop();
    awaitable<bool> become_known();
    awaitable<bool> register_anew();
    awaitable<void> work_loop();
    awaitable<bool> begin(const order& task);
    awaitable<void> take_up(order task);
    awaitable<std::optional<refusal>> refusal_of(const order& task);
    void start(order task);
    void ended(task_id which, const std::exception_ptr& failed);
    awaitable<void> runs_fewer_than(std::size_t wanted);
    awaitable<void> deliver_kept();
    awaitable<void> rest(std::optional<seconds> at_least);
    void be(const agent_identity& who);
    [[nodiscard]] heartbeat::present_state present_state() const;
    void stop_cancelled(const std::vector<task_id>& cancelled);
    void await_signal();
    void stop();
    void finish();

    agent_settings settings_;
    agent_state state_;
    const net::tls_context& tls_;
    net::server_url server_;
    asio::io_context context_{1};
    restic_setup setup_;
    agent_parts parts_;
    server_calls calls_;
    heartbeat heart_;
    poll_wish wish_;
    steady_timer pause_;
    steady_timer run_ended_; // rings
    asio::signal_set signals_;
    pauses backoff_;
    std::optional<agent_identity> identity_;
    std::map<task_id, std::unique_ptr<task_run>> runs_;
    net::wire::backup_status last_backup_ = net::wire::backup_status::none;
    std::exception_ptr failed_;
    bool stopping_ = false;
    int exit_code_ = 0;
};

void agent_program::await_signal() {
    signals_.async_wait([this](error_code ec, int) {
        if (ec) return;
        if (stopping_) { // asked twice: now
            for (const auto& [id, each] : runs_) each->stop();
            log::flush();
            std::_Exit(1);
        }
        stop();
        await_signal();
    });
}

void agent_program::stop() {
    stopping_ = true;
    tell_service_manager("STOPPING=1");
    parts_.tell("Stopping.");
    for (const auto& [id, each] : runs_) each->stop();
    calls_.close();
    pause_.cancel();
    run_ended_.cancel();
    heart_.stop();
}

void agent_program::finish() {
    stopping_ = true;
    signals_.cancel();
    heart_.stop();
    calls_.close();
}

awaitable<void> agent_program::rest(std::optional<seconds> at_least) {
    if (stopping_) co_return;
    error_code cut_short;
    pause_.expires_after(backoff_.next(at_least));
    co_await pause_.async_wait(asio::redirect_error(use_awaitable, cut_short));
}

heartbeat::present_state agent_program::present_state() const {
    heartbeat::present_state out;
    out.last_backup = last_backup_;
    for (const auto& [id, each] : runs_) out.running.push_back(id);
    return out;
}

awaitable<void> agent_program::main_loop() {
    const bool known = co_await become_known();
    if (!known) co_return;
    heart_.start();
    co_await work_loop();
}

void agent_program::be(const agent_identity& who) {
    const std::string token = who.token.value_or(settings_.token);
    calls_.be(who.agent_id, token);
    heart_.be(who.agent_id, token);
}

awaitable<bool> agent_program::become_known() {
    identity_ = state_.identity(settings_.server_url, settings_.hostname);
    if (!identity_) {
        const bool registered = co_await register_anew();
        co_return registered;
    }
    be(*identity_);
    parts_.tell("I am agent " + to_string(identity_->agent_id) + ", known to " + settings_.server_url + ".");
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
        auto known = co_await register_agent(calls_, parts_);
        if (known.value) {
            identity_ = std::move(known.value);
            be(*identity_);
            backoff_.reset();
            co_return true;
        }
        if (known.wrong.final() || known.wrong.status == 401) {
            exit_code_ = 1;
            co_return false;
        }
        co_await rest(known.wrong.retry_after);
    }
    co_return false;
}

void agent_program::stop_cancelled(const std::vector<task_id>& cancelled) {
    for (const task_id each : cancelled)
        if (const auto at = runs_.find(each); at != runs_.end()) at->second->cancel();
}

awaitable<void> agent_program::work_loop() {
    co_await announce_declines(parts_);
    parts_.tell("Waiting for tasks.");
    const auto slots = static_cast<std::size_t>(settings_.max_tasks);
    while (!stopping_) {
        co_await runs_fewer_than(slots);
        co_await deliver_kept();
        if (stopping_) break;
        wish_.limit = static_cast<int>(slots - runs_.size());
        const auto asked = steady_clock::now();
        auto polled = co_await calls_.poll(wish_);
        if (stopping_ && !polled.value) break;
        if (!polled.value) {
            const bool unknown = polled.wrong.status == 404 || polled.wrong.status == 401;
            log::warning("poll failed", {{"cause", polled.wrong.words}});
            if (unknown && !settings_.token.empty()) {
                const bool registered = co_await register_anew();
                if (!registered) break;
            }
            co_await rest(polled.wrong.retry_after);
            continue;
        }
        backoff_.reset();
        if (polled.value->cancel_tasks) stop_cancelled(*polled.value->cancel_tasks);
        // All before the next poll, which says that the session's last answer is done with.
        for (order& task : polled.value->tasks) co_await take_up(std::move(task));
        // A server that does not wait must not be asked in a tight loop.
        if (polled.value->tasks.empty() && steady_clock::now() - asked < seconds(1))
            co_await rest(std::nullopt);
    }
    co_await runs_fewer_than(1);
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
                     {{"task", task.task_id}, {"cause", started.wrong.words}},
                     {.traceparent = traceparent_of(task)});
        if (started.wrong.final() || started.wrong.status == 401) co_return false;
        co_await rest(started.wrong.retry_after);
    }
    co_return false;
}

awaitable<void> agent_program::take_up(order task) {
    auto held = co_await refusal_of(task);
    if (held) {
        co_await give_back(calls_, task, *held);
        co_return;
    }
    const bool ours = co_await begin(task);
    const refusal shutdown{"shutdown", seconds(0)};
    if (stopping_)
        co_await give_back(calls_, task, shutdown);
    else if (ours)
        start(std::move(task));
}

awaitable<std::optional<refusal>> agent_program::refusal_of(const order& task) {
    // An attempt whose lease ended, and which has not heard of it yet.
    if (runs_.contains(task.task_id)) co_return refusal{"busy", seconds(60)};
    auto reason = co_await reason_to_decline(parts_, task);
    if (!reason) co_return std::nullopt;
    co_return refusal{std::move(*reason), settings_.decline_retry_after};
}

void agent_program::start(order task) {
    const task_id id = task.task_id;
    auto& made = runs_[id] = std::make_unique<task_run>(parts_, *identity_, std::move(task));
    auto work = made->run();
    asio::co_spawn(parts_.where, std::move(work),
                   [this, id](const std::exception_ptr& failed) { ended(id, failed); });
}

void agent_program::ended(task_id which, const std::exception_ptr& failed) {
    const auto run = std::move(runs_.at(which));
    runs_.erase(which);
    run_ended_.cancel();
    if (const auto how = run->ended_as(); how && run->type() == task_type::backup)
        last_backup_ = *how == outcome::completed ? net::wire::backup_status::success
                                                  : net::wire::backup_status::failure;
    if (!failed) return;
    failed_ = failed;
    stop();
}

// When stopping, they are on their way out.
awaitable<void> agent_program::runs_fewer_than(std::size_t wanted) {
    error_code rung;
    while (runs_.size() >= wanted) {
        run_ended_.expires_at(steady_clock::time_point::max());
        co_await run_ended_.async_wait(asio::redirect_error(use_awaitable, rung));
    }
}

// What a run delivers itself is left to it.
awaitable<void> agent_program::deliver_kept() {
    for (kept_result& each : state_.undelivered()) {
        if (stopping_) co_return;
        if (runs_.contains(each.task_id)) continue;
        const bool taken = co_await deliver(calls_, state_, std::move(each));
        if (!taken) co_return; // the poll that follows will pause if the server is away
    }
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
    const net::tls_context tls = net::make_client_tls(settings.ca_file, settings.own);
    agent_program program(std::move(settings), tls, *server, std::move(*state));
    return program.run();
}

} // namespace holdfast::app
