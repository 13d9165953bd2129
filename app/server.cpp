#include "app/server.hpp"

#include "app/metrics_page.hpp"
#include "app/run_to_end.hpp"
#include "app/service_manager.hpp"
#include "db/migrations.hpp"
#include "domain/log.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <thread>
#include <unistd.h>

namespace holdfast::app {
namespace {

using schema_answer = std::optional<result<pg::schema_state>>;

awaitable<void> ask_schema(executor where, pg::connection_settings database, schema_answer& into) {
    auto answer = co_await pg::check_schema(where, std::move(database), db::migrations());
    into.emplace(std::move(answer));
}

result<pg::schema_state> schema_of(const std::string& database) {
    asio::io_context context{1};
    pg::connection_settings connection;
    connection.conninfo = database;
    schema_answer answer;
    run_to_end(context, ask_schema(context.get_executor(), connection, answer));
    return std::move(*answer);
}

unsigned cores_of(const server_settings& s) {
    return s.cores != 0 ? s.cores : std::max(1U, std::thread::hardware_concurrency());
}

} // namespace

server::server(const server_settings& settings) : settings_(settings) {
    const net::tls_context tls =
        net::make_server_tls({settings_.tls_cert, settings_.tls_key}, settings_.client_trust);
    pg::connection_settings database; // one for all: where one leaves a host, all do
    database.conninfo = settings_.database;
    for (unsigned core = 0; core < cores_of(settings_); ++core)
        shards_.push_back(std::make_unique<shard>(settings_, database, tls, *this));
    const std::vector<int> passed = sockets_of_service_manager();
    if (passed.empty())
        for (const std::string& address : settings_.listen)
            net::listener::require_free(shards_.front()->where(), address);
    for (const auto& each : shards_) {
        for (const int socket : passed) each->adopt(socket);
        if (passed.empty())
            for (const std::string& address : settings_.listen) each->open(address);
    }
    for (const int socket : passed) ::close(socket);
    listening_at_ = shards_.front()->addresses();
    connect(database);
}

void server::connect(pg::connection_settings database) {
    shard& first = *shards_.front();
    if (settings_.notify) {
        if (!settings_.notify_database.empty()) {
            database = {};
            database.conninfo = settings_.notify_database;
        }
        courier_.emplace(
            first.where(), database, [this](std::vector<hint> hints) { hear(std::move(hints)); },
            [this] {
                for (const auto& each : shards_)
                    asio::post(each->where(), [s = each.get()] { s->doubt_all(); });
            });
    }
    for (const auto& each : shards_) {
        std::vector<hint_target*> others;
        for (const auto& other : shards_)
            if (other != each) others.push_back(other.get());
        if (courier_) others.push_back(&*courier_);
        each->connect(std::move(others));
    }
    housekeeper_.emplace(first.where(), first.housekeeping(), first.schedules(), first.wakeups_of_core(),
                         first.notes(), first.own_counts(), settings_.times,
                         [this] { return courier_ && courier_->listening(); });
    minute_keeper_.emplace(
        first.where(), [this] { return polls_so_far(); },
        [this](const poll_minute& own) { close_minute(own); });
    if (!settings_.webhook.url.empty())
        webhook_.emplace(first.where(), first.events(), first.own_counts(), settings_.webhook,
                         settings_.times.sweep);
}

void server::hear(std::vector<hint> hints) {
    for (const hint& h : hints)
        if (const auto* minute = std::get_if<hints::minute>(&h))
            minutes_.add(*minute->polls, std::chrono::system_clock::now());
    const auto all = std::make_shared<const std::vector<hint>>(std::move(hints));
    for (const auto& each : shards_) asio::post(each->where(), [s = each.get(), all] { s->take(*all); });
}

void server::close_minute(const poll_minute& own) {
    minutes_.add(own, std::chrono::system_clock::now());
    if (courier_) courier_->take({hints::minute{std::make_shared<const poll_minute>(own)}});
}

poll_minute server::polls_so_far() const {
    poll_minute out;
    for (const auto& each : shards_) {
        out.waiting += each->counts().polls_waiting.value();
        for (std::size_t i = 0; i < out.wakes.size(); ++i)
            out.wakes.at(i) += each->counts().wake_seconds.count(i);
    }
    return out;
}

std::vector<poll_minute> server::polls_of_last_hour() const {
    return minutes_.hour_before(std::chrono::system_clock::now());
}

int server::run() {
    signals_.emplace(shards_.front()->where(), SIGTERM, SIGINT, SIGHUP);
    await_signal();
    for (const auto& each : shards_) each->start();
    if (courier_) courier_->start();
    housekeeper_->start();
    minute_keeper_->start();
    if (webhook_) webhook_->start();
    for (const std::string& address : listening_at_)
        log::info("serving", {{"address", address}, {"cores", shards_.size()}, {"version", version()}});
    life_.emplace(shards_.front()->where());
    auto work = show_life(watchdog_patience());
    asio::co_spawn(shards_.front()->where(), std::move(work), [](const std::exception_ptr& failed) {
        if (failed) log::error("the service manager is told nothing any more");
    });
    std::vector<std::thread> threads;
    for (std::size_t i = 1; i < shards_.size(); ++i)
        threads.emplace_back([s = shards_[i].get()] { s->run(); });
    shards_.front()->run();
    for (std::thread& t : threads) t.join();
    log::info("stopped");
    return 0;
}

// READY once calls are answered; then, where it is asked for, as long as all cores' loops turn: one that
// hangs gets the process restarted.
awaitable<void> server::show_life(std::optional<std::chrono::microseconds> patience) {
    error_code ended;
    while (!ended && !not_ready().empty()) {
        life_->expires_after(std::chrono::milliseconds(20));
        co_await life_->async_wait(asio::redirect_error(use_awaitable, ended));
    }
    if (!ended) tell_service_manager("READY=1\nSTATUS=serving");
    while (!ended && patience) {
        const auto now = steady_clock::now();
        const bool alive = std::ranges::all_of(
            shards_, [&](const auto& each) { return now - each->turned() < *patience || draining_.load(); });
        if (alive) tell_service_manager("WATCHDOG=1");
        life_->expires_after(*patience / 3);
        co_await life_->async_wait(asio::redirect_error(use_awaitable, ended));
    }
}

void server::await_signal() {
    signals_->async_wait([this](error_code ec, int signal) {
        if (!ec) on_signal(signal);
    });
}

void server::on_signal(int signal) {
    if (signal == SIGHUP) {
        reload_certificates();
        return await_signal();
    }
    if (draining_.load()) { // asked twice: now
        log::warning("stopping at once");
        log::flush();
        std::_Exit(1);
    }
    drain();
    await_signal();
}

void server::drain() {
    log::info("draining");
    tell_service_manager("STOPPING=1");
    draining_ = true;
    housekeeper_->stop();
    minute_keeper_->stop();
    if (webhook_) webhook_->stop();
    for (const auto& each : shards_) each->request_drain();
    // The courier and the signals keep the first core's loop alive: they end when its connections have.
    auto* first = shards_.front().get();
    first->when_closed([this] {
        if (courier_) courier_->close();
        if (life_) life_->cancel();
        signals_->cancel();
    });
}

void server::reload_certificates() {
    try {
        const net::tls_context tls =
            net::make_server_tls({settings_.tls_cert, settings_.tls_key}, settings_.client_trust);
        for (const auto& each : shards_) each->use(tls);
        log::info("certificates reloaded");
    } catch (const std::exception& e) {
        log::error("certificates not reloaded, the old ones stay", {{"cause", e.what()}});
    }
}

std::string_view server::not_ready() const {
    if (draining_.load()) return "the server is going down";
    for (const auto& each : shards_)
        if (!each->database_ready()) return "the database can't be reached";
    return {};
}

std::string server::metrics_page() const {
    return app::metrics_page(shards_, {.pending = housekeeper_->pending(),
                                       .freshness = housekeeper_->freshness(),
                                       .listening = courier_ && courier_->listening(),
                                       .ready = not_ready().empty(),
                                       .version = version()});
}

net::wire::inside server::inside() const {
    net::wire::inside out;
    for (const auto& each : shards_) out.cores.push_back(each->inside());
    return out;
}

int serve(const server_settings& settings) {
    for (bool said = false;;) {
        auto schema = schema_of(settings.database);
        if (schema) {
            if (schema->kind == pg::schema_kind::current) break;
            std::cerr << "holdfast: " << schema->words << '\n';
            return 1;
        }
        if (schema.error().code() != errc::unavailable) {
            std::cerr << "holdfast: the schema can't be read: " << schema.error().cause() << '\n';
            return 1;
        }
        tell_service_manager("STATUS=waiting for the database");
        if (!std::exchange(said, true))
            log::warning("waiting for the database", {{"cause", schema.error().cause()}});
        std::this_thread::sleep_for(std::chrono::seconds{1});
    }
    server all(settings);
    return all.run();
}

} // namespace holdfast::app
