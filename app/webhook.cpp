#include "app/webhook.hpp"

#include "app/secret_file.hpp"
#include "domain/log.hpp"
#include "domain/secret.hpp"
#include "net/json/write.hpp"
#include "net/wire/event.hpp"

#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <stdexcept>

namespace holdfast::app {
namespace {

constexpr int events_in_one_step = 20;
constexpr std::chrono::seconds patience{10};                                  // with one call
constexpr std::chrono::seconds lease = events_in_one_step * patience * 3 / 2; // longer than one step
constexpr std::chrono::hours age_max{24};
constexpr std::chrono::milliseconds first_pause{1000};
constexpr std::chrono::milliseconds longest_pause{std::chrono::hours{1}};
constexpr int doublings_max = 12;

net::server_url url_of(const std::string& text) {
    auto url = net::parse_server_url(text);
    if (!url) throw std::runtime_error("--webhook-url: " + std::string(url.error().detail()));
    return *url;
}

std::string secret_of(const std::string& file) {
    std::string secret = secret_from("", file);
    if (secret.empty()) throw std::runtime_error("the secret file " + file + " is empty");
    return secret;
}

void report(const failure& why) {
    if (why.code() != errc::unavailable) log::error("[WEBHOOK] the outbox failed", {{"cause", why.cause()}});
}

net::header_list headers_of(const event& what, const std::string& secret, const std::string& body) {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const std::string at = std::to_string(now.time_since_epoch().count());
    net::header_list out;
    out.emplace_back("User-Agent", "holdfast");
    out.emplace_back("X-Holdfast-Event", to_string(what.id));
    out.emplace_back("X-Holdfast-Timestamp", at);
    out.emplace_back("X-Holdfast-Signature", "sha256=" + to_hex(hmac_sha256(secret, at + "." + body)));
    return out;
}

} // namespace

webhook::webhook(executor where, event_store& store, metrics& counts, const webhook_settings& settings,
                 std::chrono::milliseconds rhythm)
    : store_(store),
      counts_(counts),
      secret_(secret_of(settings.secret_file)),
      client_(where, net::make_client_tls(settings.ca_file), url_of(settings.url)),
      target_(url_of(settings.url).path.empty() ? "/" : ""),
      rhythm_(rhythm),
      where_(where),
      timer_(where) {}

void webhook::start() {
    auto work = loop();
    asio::co_spawn(where_, std::move(work), [](const std::exception_ptr& failed) {
        if (failed) std::rethrow_exception(failed);
    });
}

void webhook::stop() {
    stopped_ = true;
    timer_.cancel();
    client_.close();
}

awaitable<void> webhook::loop() {
    while (!stopped_) {
        co_await deliver_all();
        if (stopped_) break;
        error_code cut_short;
        timer_.expires_after(rhythm_);
        co_await timer_.async_wait(asio::redirect_error(use_awaitable, cut_short));
    }
}

awaitable<void> webhook::deliver_all() {
    auto tenants = co_await store_.tenants_with_due_events();
    if (!tenants) co_return report(tenants.error());
    for (const tenant_id tenant : *tenants)
        for (bool more = true; more && !stopped_;) more = co_await deliver_some(tenant);
    client_.close(); // who closes it meanwhile would look as if it were down
}

// A receiver that does not answer at all is not asked for each of them: the rest waits as if it had been.
awaitable<bool> webhook::deliver_some(tenant_id tenant) {
    auto taken = co_await store_.take(tenant, events_in_one_step, lease, age_max);
    if (!taken) {
        report(taken.error());
        co_return false;
    }
    if (taken->empty()) co_return false;
    event_outcomes outcomes;
    std::string why_not;
    reachable_ = true;
    for (const event& each : *taken) {
        if (reachable_ && !stopped_) why_not = co_await post(tenant, each);
        note(outcomes, each, why_not);
    }
    const bool more = reachable_ && taken->size() == static_cast<std::size_t>(events_in_one_step);
    auto settled = co_await store_.settle(tenant, std::move(outcomes));
    if (!settled) report(settled.error());
    co_return more;
}

awaitable<std::string> webhook::post(tenant_id tenant, const event& what) {
    std::string body = net::json::to_text(net::wire::view_of(tenant, what));
    net::header_list headers = headers_of(what, secret_, body);
    auto got =
        co_await client_.request(net::verb::post, target_, std::move(headers), std::move(body), patience);
    reachable_ = static_cast<bool>(got);
    std::string why_not;
    if (!got)
        why_not = got.error().detail();
    else if (!got->good())
        why_not = "the receiver answered " + std::to_string(got->status);
    co_return why_not;
}

void webhook::note(event_outcomes& into, const event& what, const std::string& why_not) {
    if (stopped_) return into.again.push_back({what.id, what.tries, {}}); // another server's, at once
    if (why_not.empty()) {
        counts_.events_delivered.add();
        into.done.push_back(what.id);
        return;
    }
    counts_.event_deliveries_failed.add();
    if (what.expired) {
        counts_.events_given_up.add();
        into.done.push_back(what.id);
        log::error(
            "[WEBHOOK] Given up",
            {{"event", what.id}, {"kind", name_of(what.kind)}, {"tries", what.tries}, {"cause", why_not}});
        return;
    }
    into.again.push_back({what.id, what.tries, pause_after(what.tries)});
    log::warning(
        "[WEBHOOK] Not delivered",
        {{"event", what.id}, {"kind", name_of(what.kind)}, {"tries", what.tries}, {"cause", why_not}});
}

// Doubles with each try, half of it by chance: receivers that come back are not met by all at once.
std::chrono::milliseconds webhook::pause_after(int tries) {
    const auto whole = std::min(longest_pause, first_pause * (1 << std::clamp(tries, 1, doublings_max)));
    std::uniform_int_distribution<std::int64_t> part(whole.count() / 2, whole.count());
    return std::chrono::milliseconds{part(random_)};
}

} // namespace holdfast::app
