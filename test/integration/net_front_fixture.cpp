#include "test/integration/net_front_fixture.hpp"

#include "net/json/write.hpp"

#include <boost/describe/class.hpp>

#include <chrono>
#include <optional>

namespace holdfast::test {
namespace {

constexpr std::chrono::seconds patience{20};

struct thing {
    uuid thing_id;
    std::string_view kind;
    std::optional<std::int64_t> count;
};
BOOST_DESCRIBE_STRUCT(thing, (), (thing_id, kind, count))

awaitable<net::reply> open(net::exchange& x) {
    net::reply out =
        net::text_reply(200, "text/plain", std::string("open ") + std::string(x.request().target()));
    out.headers.emplace_back("X-Kind", x.request().head ? "head" : "get");
    co_return out;
}

awaitable<net::reply> echo(net::exchange& x) {
    co_return net::text_reply(200, "text/plain", std::move(x.request().body));
}

awaitable<net::reply> show_thing(net::exchange& x) {
    const result<std::optional<std::int64_t>> count = x.query().integer("count", 1, 100);
    if (!count) co_return net::problem(count.error(), x);
    co_return net::ok(thing{x.id<task_id>("thingId").value, name_of(x.identity().kind), *count});
}

awaitable<net::reply> enter(net::exchange& x) {
    co_return net::text_reply(200, "text/plain", x.has_identity() ? "known" : "unknown");
}

awaitable<net::reply> throws(net::exchange&) {
    throw std::logic_error("a secret of the server");
    co_return net::no_content();
}

} // namespace

struct toy_park final : waiter {
    enum class end { none, rung, abandoned, early };

    explicit toy_park(executor where) : timer(where) {}

    void abandon() override { finish(end::abandoned); }

    void finish_early() override { finish(end::early); }

    void finish(end how) {
        why = how;
        timer.cancel();
    }

    end why = end::none;
    steady_timer timer;
};

namespace {

net::reply outcome_of(toy_park::end why, event_counts& events, net::exchange& x) {
    switch (why) {
    case toy_park::end::abandoned: events.add("abandoned"); return net::problem(failure{errc::gone_away}, x);
    case toy_park::end::early: events.add("early"); return net::no_content();
    default: break;
    }
    events.add("rung");
    if (!x.caller().present()) events.add("seen gone");
    net::reply out = net::text_reply(200, "text/plain", "rung");
    out.undelivered = [&events] { events.add("undelivered"); };
    return out;
}

awaitable<net::reply> park(toy_room& room, net::exchange& x, bool watched) {
    const executor where = co_await asio::this_coro::executor;
    toy_park place(where);
    room.parked.push_back(&place);
    if (watched) x.caller().watch(&place);
    room.events->add("parked");
    while (place.why == toy_park::end::none) {
        error_code rang;
        place.timer.expires_at(steady_clock::time_point::max());
        co_await place.timer.async_wait(asio::redirect_error(use_awaitable, rang));
    }
    x.caller().watch(nullptr);
    room.parked.remove(&place);
    co_return outcome_of(place.why, *room.events, x);
}

awaitable<net::reply> big(event_counts& events, net::exchange& x) {
    const result<std::int64_t> bytes = x.query().integer("bytes", 0, 64 << 20, 0);
    if (!bytes) co_return net::problem(bytes.error(), x);
    net::reply out = net::text_reply(200, "text/plain", std::string(static_cast<std::size_t>(*bytes), 'x'));
    out.undelivered = [&events] { events.add("undelivered"); };
    co_return out;
}

// "0123", "4567", "89", then what the query says.
class counting_body final : public net::body_source {
public:
    awaitable<result<std::string>> next() override {
        static constexpr std::string_view digits = "0123456789";
        if (at_ >= digits.size()) co_return failure{errc::not_found, "There is no more."};
        std::string piece(digits.substr(at_, 4));
        at_ += 4;
        co_return piece;
    }

private:
    std::size_t at_ = 0;
};

awaitable<net::reply> in_pieces(net::exchange& x) {
    const result<std::int64_t> bytes = x.query().integer("bytes", 0, 64, 10);
    if (!bytes) co_return net::problem(bytes.error(), x);
    net::reply out = net::text_reply(200, "text/plain", "digits: ");
    out.rest = std::make_unique<counting_body>();
    out.rest_bytes = static_cast<std::size_t>(*bytes);
    co_return out;
}

} // namespace

void event_counts::add(const std::string& name) {
    const std::lock_guard hold(mutex_);
    ++counts_[name];
    changed_.notify_all();
}

bool event_counts::wait_for(const std::string& name, int count) {
    std::unique_lock hold(mutex_);
    return changed_.wait_for(hold, patience, [&] { return counts_[name] >= count; });
}

int event_counts::count(const std::string& name) {
    const std::lock_guard hold(mutex_);
    return counts_[name];
}

void toy_room::ring() {
    for (toy_park* one : parked) one->finish(toy_park::end::rung);
}

awaitable<result<identity>> toy_tokens::identify(std::string_view token) {
    if (token == "down") co_return failure{errc::unavailable, "The database can't be reached."};
    const std::optional<token_kind> kind = token_kind_from(token);
    if (!kind) co_return failure{errc::unauthorized, "This token is not known."};
    identity who;
    who.kind = *kind;
    co_return who;
}

void toy_observer::on_request(std::string_view route, unsigned status, double) {
    events->add(std::string(route) + ' ' + std::to_string(status));
}

void toy_observer::on_refusal(net::refusal why) {
    events->add(std::string(name_of(why)));
}

std::vector<net::route> front_fixture::routes() {
    using net::verb;
    const token_kinds readers{token_kind::admin, token_kind::viewer};
    std::vector<net::route> out;
    out.push_back({verb::get, "/open", open});
    out.push_back({verb::get, "/", open});
    out.push_back({verb::post, "/echo", echo});
    out.push_back({.method = verb::put, .pattern = "/echo", .run = echo, .body_bytes_max = 10});
    out.push_back({verb::get, "/things/{thingId}", show_thing, readers});
    out.push_back({verb::delete_, "/things/{thingId}", show_thing, {token_kind::admin}});
    out.push_back(
        {.method = verb::post, .pattern = "/enter", .run = enter, .allowed = readers, .token_in_body = true});
    out.push_back({verb::get, "/throws", throws});
    out.push_back({verb::get, "/pieces", in_pieces});
    out.push_back({verb::get, "/big", [this](net::exchange& x) { return big(events, x); }});
    out.push_back({.method = verb::get,
                   .pattern = "/parked",
                   .run = [this](net::exchange& x) { return park(room_, x, true); },
                   .head = false});
    out.push_back({verb::get, "/busy", [this](net::exchange& x) { return park(room_, x, false); }});
    return out;
}

front_fixture::front_fixture(const net::limits& bounds)
    : bounds_(bounds),
      router_(routes()),
      listener_(
          loop_.get_executor(),
          net::make_server_tls({certificates::shared().chain_file(), certificates::shared().key_file()}),
          {router_, tokens_, clock_, bounds_, &observer_}) {
    room_.events = &events;
    observer_.events = &events;
    listener_.open("127.0.0.1:0");
    port_ = listener_.endpoints().front().port();
    listener_.start();
    thread_ = std::thread([this] {
        loop_.run();
        ended_.set_value();
    });
}

front_fixture::~front_fixture() {
    if (!drain()) loop_.stop(); // never seen so far; a loop that does not end is a failure of drain()'s tests
    thread_.join();
}

void front_fixture::on_shard(std::function<void()> body) {
    std::promise<void> done;
    asio::post(loop_, [&] {
        body();
        done.set_value();
    });
    done.get_future().wait();
}

bool front_fixture::drain(bool ring_parked) {
    if (end_.wait_for(std::chrono::seconds{0}) == std::future_status::ready) return true;
    asio::post(loop_, [this, ring_parked] {
        if (listener_.draining()) return;
        listener_.drain([this, ring_parked] {
            if (ring_parked) room_.ring();
        });
    });
    return end_.wait_for(patience) == std::future_status::ready;
}

std::size_t front_fixture::connections() {
    std::size_t out = 0;
    on_shard([&] { out = listener_.connections(); });
    return out;
}

bool front_fixture::wait_for_connections(std::size_t count) {
    const auto end = steady_clock::now() + patience;
    while (steady_clock::now() < end) {
        if (connections() == count) return true;
        std::this_thread::yield();
    }
    return false;
}

} // namespace holdfast::test
