#include "app/shard.hpp"

#include "db/sql.hpp"
#include "domain/log.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include <exception>
#include <sstream>

namespace holdfast::app {
namespace {

constexpr std::chrono::milliseconds pulse{
    100}; // how often a core looks at itself, for readiness, gauges, and its end

pg::pool_settings pool_settings_of(const server_settings& s, const pg::connection_settings& database) {
    pg::pool_settings out;
    out.connection = database;
    for (const pg::statement* each : db::sql::all()) out.statements.push_back(*each);
    out.connections = s.connections_per_core;
    return out;
}

} // namespace

void request_figures::on_request(std::string_view route, unsigned status, double seconds) {
    const std::scoped_lock lock(guard_);
    auto at = routes_.find(route);
    if (at == routes_.end()) at = routes_.try_emplace(std::string(route)).first;
    ++at->second.by_status[status];
    at->second.seconds.observe(seconds);
}

void request_figures::read(const std::function<void(const std::string&, const route_figures&)>& each) const {
    const std::scoped_lock lock(guard_);
    for (const auto& [route, figures] : routes_) each(route, figures);
}

shard::shard(const server_settings& settings, const pg::connection_settings& database, net::tls_context tls,
             const net::process_status& process)
    : settings_(settings),
      pool_(where(), pool_settings_of(settings_, database)),
      tasks_(where(), pool_, settings_.times,
             [this](std::size_t calls) { batches_.observe(static_cast<double>(calls)); }),
      logs_(pool_),
      agents_(where(), pool_, settings_.times),
      policies_(pool_),
      tokens_(pool_),
      housekeeping_(pool_, settings_.times),
      schedule_store_(pool_),
      events_(pool_),
      audit_(pool_),
      overviews_(pool_, settings_.times),
      repositories_(pool_),
      bell_(*this),
      room_(where()),
      feed_(where(), bell_, counts_),
      token_service_(tokens_, agents_, bell_),
      polls_(tasks_, token_service_, room_, bell_, feed_, counts_),
      task_service_(tasks_, bell_, feed_, counts_),
      log_service_(logs_),
      agent_service_(agents_, bell_, feed_, counts_, settings_.times),
      policy_service_(policies_, task_service_, bell_, feed_),
      explain_service_(tasks_, agents_, policies_),
      audit_service_(audit_),
      overview_service_(overviews_),
      repository_service_(repositories_, agents_),
      scheduler_(schedule_store_, bell_, feed_, counts_),
      gate_(token_service_),
      services_{where(),
                polls_,
                task_service_,
                log_service_,
                agent_service_,
                policy_service_,
                token_service_,
                explain_service_,
                audit_service_,
                overview_service_,
                repository_service_,
                feed_,
                settings_.times,
                process},
      router_(net::make_routes(services_)),
      deadlines_(where()),
      listener_(where(), std::move(tls),
                {router_, gate_, deadlines_, settings_.limits, &requests_, settings_.client_trust.domain}),
      pulse_(where()) {}

std::vector<std::string> shard::addresses() const {
    std::vector<std::string> out;
    for (const auto& each : listener_.endpoints()) {
        std::ostringstream text;
        text << each;
        out.push_back(text.str());
    }
    return out;
}

void shard::start() {
    pool_.start();
    listener_.start();
    auto work = watch();
    asio::co_spawn(where(), std::move(work), [](const std::exception_ptr& failed) {
        if (failed) std::rethrow_exception(failed);
    });
}

// Ends when a drain has let the last connection go; then nothing is left that the loop would wait for.
awaitable<void> shard::watch() {
    for (unsigned pulses = 0; !closing_ || listener_.connections() > 0; ++pulses) {
        turned_.store(steady_clock::now(), std::memory_order_relaxed);
        database_ready_.store(pool_.ready(), std::memory_order_relaxed);
        connections_.set(static_cast<std::int64_t>(listener_.connections()));
        database_connections_.set(static_cast<std::int64_t>(pool_.connections_up()));
        database_in_flight_.set(static_cast<std::int64_t>(pool_.in_flight()));
        if (pulses % 10 == 0) publish_inside();
        error_code cut_short;
        pulse_.expires_after(pulse);
        co_await pulse_.async_wait(asio::redirect_error(use_awaitable, cut_short));
    }
    tasks_.close();
    agents_.close();
    pool_.close();
    if (closed_) closed_();
}

// Once a second: it looks at each poll.
void shard::publish_inside() {
    const waiting_room::ages ages = room_.ages_at(std::chrono::system_clock::now());
    net::wire::core now;
    now.connections = listener_.connections();
    now.polls = {room_.size(),   ages.counts[0],
                 ages.counts[1], ages.counts[2],
                 ages.counts[3], std::chrono::duration_cast<std::chrono::seconds>(ages.oldest).count()};
    now.database = {pool_.connections_up(), pool_.in_flight(), pool_.transactions(), pool_.reconnects()};
    for (std::size_t i = 0; i <= batches_.bounds().size(); ++i) now.batches.count += batches_.count(i);
    now.batches.calls = static_cast<std::uint64_t>(batches_.sum());
    const std::scoped_lock lock(inside_guard_);
    inside_ = now;
}

net::wire::core shard::inside() const {
    const std::scoped_lock lock(inside_guard_);
    return inside_;
}

void shard::request_drain() {
    asio::post(where(), [this] { drain(); });
}

void shard::drain() {
    if (std::exchange(closing_, true)) return;
    listener_.drain([this] {
        room_.drain();
        feed_.drain();
    });
    pulse_.cancel();
}

void shard::use(net::tls_context tls) {
    asio::post(where(), [this, tls = std::move(tls)] { listener_.use(tls); });
}

void shard::doubt_all() {
    token_service_.forget_all();
    room_.doubt_all();
    feed_.doubt_all();
}

void shard::take(const std::vector<hint>& hints) {
    for (const hint& each : hints) std::visit([this](const auto& h) { this->hear(h); }, each);
}

void shard::hear(const hints::ring& h) {
    room_.ring(std::span(&h.agent, 1));
}

void shard::hear(const hints::supersede& h) {
    room_.supersede(h.agent, h.session, h.newest);
}

void shard::hear(const hints::cancelled& h) {
    room_.cancel(h.agent, h.task);
}

void shard::hear(const hints::revoked& h) {
    token_service_.forget(h.token);
    room_.doubt(h.token);
    feed_.end(h.token);
}

void shard::hear(const hints::deleted& h) {
    token_service_.forget(h.agent);
    room_.doubt(h.agent);
}

void shard::hear(const hints::watched& h) {
    feed_.hear_watched(h.tenant);
}

void shard::hear(const hints::changed& h) {
    feed_.hear(h.tenant, *h.changes);
}

void shard::hear(const hints::minute& /*h*/) {} // the server's

} // namespace holdfast::app
