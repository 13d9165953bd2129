// One core: a thread, an event loop, and everything that serves on it. Member order is start-up order, the
// destructors' order is the shutdown plan.
#pragma once

#include "app/settings.hpp"
#include "app/switchboard.hpp"
#include "db/agent_store.hpp"
#include "db/audit_store.hpp"
#include "db/event_store.hpp"
#include "db/housekeeping_store.hpp"
#include "db/log_store.hpp"
#include "db/overview_store.hpp"
#include "db/policy_store.hpp"
#include "db/postgres/pool.hpp"
#include "db/repository_store.hpp"
#include "db/schedule_store.hpp"
#include "db/task_store.hpp"
#include "db/token_store.hpp"
#include "domain/change_feed.hpp"
#include "domain/explain_service.hpp"
#include "domain/metrics.hpp"
#include "domain/scheduler.hpp"
#include "net/deadlines.hpp"
#include "net/handlers/services.hpp"
#include "net/listener.hpp"
#include "net/router.hpp"

#include <array>
#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace holdfast::app {

// Requests by route and status, and their durations: the front end's own figures.
class request_figures final : public net::observer {
public:
    struct route_figures {
        std::map<unsigned, std::uint64_t> by_status;
        seconds_histogram seconds{seconds_bounds};
    };

    void on_request(std::string_view route, unsigned status, double seconds) override;

    void on_refusal(net::refusal why) override { refusals_.at(static_cast<std::size_t>(why)).add(); }

    // A copy, for the metrics page; any thread.
    void read(const std::function<void(const std::string&, const route_figures&)>& each) const;

    [[nodiscard]] const counter& refusals(net::refusal why) const {
        return refusals_.at(static_cast<std::size_t>(why));
    }

private:
    mutable std::mutex guard_;
    std::map<std::string, route_figures, std::less<>> routes_;
    std::array<counter, net::refusal_count> refusals_;
};

class shard final : public hint_target {
public:
    shard(const server_settings& settings, const pg::connection_settings& database, net::tls_context tls,
          const net::process_status& process);

    // Blocks until everything of this core has ended.
    void run() { context_.run(); }

    void connect(std::vector<hint_target*> others) { bell_.connect(std::move(others)); }

    void open(const std::string& address) { listener_.open(address); }

    void adopt(int socket) { listener_.adopt(socket); }

    // Where it listens, as "address:port".
    [[nodiscard]] std::vector<std::string> addresses() const;

    void start();

    // `closed` is called on this core's thread, as the last thing before its loop ends. Own thread, or before
    // run().
    void when_closed(std::function<void()> closed) { closed_ = std::move(closed); }

    // Any thread.
    void request_drain();
    void use(net::tls_context tls);

    // When this core's loop was last seen to turn, which it does ten times a second.
    [[nodiscard]] steady_clock::time_point turned() const { return turned_.load(std::memory_order_relaxed); }

    [[nodiscard]] bool database_ready() const { return database_ready_.load(std::memory_order_relaxed); }

    [[nodiscard]] const metrics& counts() const { return counts_; }

    [[nodiscard]] const size_histogram& batches() const { return batches_; }

    [[nodiscard]] const request_figures& requests() const { return requests_; }

    [[nodiscard]] const gauge& connections() const { return connections_; }

    [[nodiscard]] const gauge& database_connections() const { return database_connections_; }

    [[nodiscard]] const gauge& database_in_flight() const { return database_in_flight_; }

    // As it was within the last second; any thread.
    [[nodiscard]] net::wire::core inside() const;

    // This core's own thread.
    void take(const std::vector<hint>& hints) override;

    // Hints may have been missed: nothing cached counts, and every poll looks again.
    void doubt_all();

    [[nodiscard]] executor where() override { return context_.get_executor(); }

    [[nodiscard]] housekeeping_store& housekeeping() { return housekeeping_; }

    [[nodiscard]] event_store& events() { return events_; }

    [[nodiscard]] scheduler& schedules() { return scheduler_; }

    [[nodiscard]] wakeups& wakeups_of_core() { return bell_; }

    [[nodiscard]] change_notes& notes() { return feed_; }

    [[nodiscard]] metrics& own_counts() { return counts_; }

    [[nodiscard]] bool draining() const { return listener_.draining(); }

private:
    void hear(const hints::ring& h);
    void hear(const hints::supersede& h);
    void hear(const hints::cancelled& h);
    void hear(const hints::revoked& h);
    void hear(const hints::deleted& h);
    void hear(const hints::watched& h);
    void hear(const hints::changed& h);
    static void hear(const hints::minute& h);

    // What the front end asks, in the terms of the token service.
    class gate final : public net::authenticator {
    public:
        explicit gate(token_service& tokens) : tokens_(tokens) {}

        awaitable<result<identity>> identify(std::string_view bearer_token) override {
            return tokens_.identify(std::string(bearer_token));
        }

        awaitable<result<identity>> identify(const certified_agent& who) override {
            return tokens_.identify(who);
        }

        [[nodiscard]] bool remembers(std::string_view bearer_token) const override {
            return tokens_.remembers(bearer_token);
        }

    private:
        token_service& tokens_;
    };

    awaitable<void> watch();
    void publish_inside();
    void drain();

    asio::io_context context_{1};
    metrics counts_;
    size_histogram batches_{size_bounds};
    request_figures requests_;
    gauge connections_;
    gauge database_connections_;
    gauge database_in_flight_;
    std::atomic<bool> database_ready_{false};
    mutable std::mutex inside_guard_;
    net::wire::core inside_;
    std::atomic<steady_clock::time_point> turned_{steady_clock::now()};

    server_settings settings_;
    pg::pool pool_;
    db::pg_task_store tasks_;
    db::pg_log_store logs_;
    db::pg_agent_store agents_;
    db::pg_policy_store policies_;
    db::pg_token_store tokens_;
    db::pg_housekeeping_store housekeeping_;
    db::pg_schedule_store schedule_store_;
    db::pg_event_store events_;
    db::pg_audit_store audit_;
    db::pg_overview_store overviews_;
    db::pg_repository_store repositories_;

    bell bell_;
    waiting_room room_;
    change_feed feed_;
    token_service token_service_;
    assignment polls_;
    task_service task_service_;
    log_service log_service_;
    agent_service agent_service_;
    policy_service policy_service_;
    explain_service explain_service_;
    audit_service audit_service_;
    overview_service overview_service_;
    repository_service repository_service_;
    scheduler scheduler_;
    gate gate_;

    net::services services_;
    net::router router_;
    net::deadlines deadlines_;
    net::listener listener_;
    steady_timer pulse_;
    std::function<void()> closed_;
    bool closing_ = false;
};

} // namespace holdfast::app
