// Token buckets, the map of callers, and the limits by address and token, with times of the test's own.
#include "net/admission.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <string>

namespace {

using namespace holdfast;
using namespace std::chrono_literals;
using net::admission;
using net::refusal;

constexpr steady_clock::time_point start{1000h};

asio::ip::address at(const char* text) {
    return asio::ip::make_address(text);
}

struct known_tokens final : net::authenticator {
    awaitable<result<identity>> identify(std::string_view) override { co_return failure{errc::unauthorized}; }

    awaitable<result<identity>> identify(const certified_agent&) override {
        co_return failure{errc::unauthorized};
    }

    [[nodiscard]] bool remembers(std::string_view token) const override { return token == "known"; }
};

struct counted final : net::observer {
    void on_request(std::string_view, unsigned, double) override {}

    void on_refusal(refusal why) override { ++counts.at(static_cast<std::size_t>(why)); }

    [[nodiscard]] int of(refusal why) const { return counts.at(static_cast<std::size_t>(why)); }

    std::array<int, net::refusal_count> counts{};
};

int taken_at_once(token_bucket& from, const rate& r, steady_clock::time_point now) {
    int out = 0;
    while (out < 1000 && from.wait(r, now) == 0s) {
        from.take(r, now);
        ++out;
    }
    return out;
}

struct strict {
    strict() {
        bounds.connections_per_address = 2;
        bounds.handshakes_per_address = 0;
        bounds.requests_per_address = 1;
        bounds.requests_per_token = 2;
        bounds.wrong_tokens_per_address = 3;
    }

    net::limits bounds;
    counted seen;
    known_tokens tokens;
};

} // namespace

BOOST_AUTO_TEST_SUITE(net_admission)

BOOST_AUTO_TEST_CASE(a_bucket_lets_its_burst_go_and_then_its_rate) {
    const rate five = rate::of(5, 1s, 2s);
    token_bucket bucket;
    BOOST_TEST(taken_at_once(bucket, five, start) == 10);
    BOOST_TEST((bucket.wait(five, start) == 200ms));
    BOOST_TEST((bucket.wait(five, start + 199ms) == 1ms));
    BOOST_TEST(taken_at_once(bucket, five, start + 200ms) == 1);
    BOOST_TEST(taken_at_once(bucket, five, start + 1200ms) == 5);
    BOOST_TEST(taken_at_once(bucket, five, start + 1h) == 10);
}

BOOST_AUTO_TEST_CASE(an_overdrawn_bucket_owes_nothing) {
    const rate three = rate::of(3, 3s, 3s);
    token_bucket bucket;
    for (int i = 0; i < 100; ++i) bucket.take(three, start);
    BOOST_TEST((bucket.wait(three, start) == 1s));
    BOOST_TEST(taken_at_once(bucket, three, start + 3s) == 3);
}

BOOST_AUTO_TEST_CASE(a_rate_of_none_is_no_limit) {
    token_bucket bucket;
    BOOST_TEST(taken_at_once(bucket, rate::of(0, 1s, 1s), start) == 1000);
}

BOOST_AUTO_TEST_CASE(the_map_forgets_what_was_let_go_longest_ago_and_never_what_is_held) {
    net::held_map<int, int> map(2);
    auto& held = map.hold(0);
    held.value = 7;
    for (int key = 1; key <= 100; ++key) map.let_go(map.hold(key));
    BOOST_TEST(map.size() == 3U);
    BOOST_TEST(map.find(98) == nullptr);
    map.let_go(map.hold(99)); // which makes 100 the oldest
    map.let_go(map.hold(101));
    BOOST_TEST(map.find(99) != nullptr);
    BOOST_TEST(map.find(100) == nullptr);
    BOOST_TEST(&map.hold(0) == &held);
    BOOST_TEST(held.holders() == 2U);
    map.let_go(held);
    map.let_go(held);
    BOOST_TEST(map.find(0)->value == 7);
    BOOST_TEST(map.size() == 2U);
}

BOOST_AUTO_TEST_CASE(of_ipv6_a_whole_64_is_one_address) {
    const auto key = [](const char* text) { return net::key_of(at(text)); };
    BOOST_TEST((key("2001:db8:1:2::1") == key("2001:db8:1:2:ffff::9")));
    BOOST_TEST((key("2001:db8:1:2::1") != key("2001:db8:1:3::1")));
    BOOST_TEST((key("192.0.2.1") != key("192.0.2.2")));
    BOOST_TEST(net::text_of(key("2001:db8:1:2::1")) == "2001:db8:1:2::/64");
    BOOST_TEST(net::text_of(key("192.0.2.1")) == "192.0.2.1");
}

BOOST_FIXTURE_TEST_CASE(connections_are_counted_by_address, strict) {
    admission callers(bounds, &seen);
    auto& first = callers.enter(at("192.0.2.1"), start);
    BOOST_TEST(!callers.turns_away(at("192.0.2.1"), start));
    auto& second = callers.enter(at("192.0.2.1"), start);
    BOOST_TEST(&first == &second);
    BOOST_TEST(callers.turns_away(at("192.0.2.1"), start));
    BOOST_TEST(!callers.turns_away(at("192.0.2.2"), start));
    BOOST_TEST(seen.of(refusal::connections_per_address) == 1);
    callers.leave(second);
    BOOST_TEST(!callers.turns_away(at("192.0.2.1"), start));
}

BOOST_FIXTURE_TEST_CASE(handshakes_are_counted_by_address_also_of_connections_that_have_gone, strict) {
    bounds.handshakes_per_address = 1;
    admission callers(bounds, &seen);
    const auto come_and_go = [&](const char* address, steady_clock::time_point now) {
        if (callers.turns_away(at(address), now)) return false;
        callers.leave(callers.enter(at(address), now));
        return true;
    };
    for (int i = 0; i < 100; ++i) BOOST_TEST(come_and_go("2001:db8::1", start));
    BOOST_TEST(!come_and_go("2001:db8::1", start));
    BOOST_TEST(!come_and_go("2001:db8::2", start + 999ms)); // of the same /64
    BOOST_TEST(come_and_go("2001:db8:0:1::1", start));
    BOOST_TEST(seen.of(refusal::handshakes_per_address) == 2);
    BOOST_TEST(come_and_go("2001:db8::2", start + 1s));
    BOOST_TEST(!come_and_go("2001:db8::1", start + 1s));
}

BOOST_FIXTURE_TEST_CASE(requests_are_counted_by_address_over_its_connections, strict) {
    admission callers(bounds, &seen);
    for (int i = 0; i < 10; ++i) {
        auto& from = callers.enter(at("192.0.2.1"), start);
        BOOST_TEST(!callers.ask(from, start));
        callers.leave(from);
    }
    auto& from = callers.enter(at("192.0.2.1"), start);
    const auto refused = callers.ask(from, start + 1ms);
    BOOST_TEST_REQUIRE(refused.has_value());
    BOOST_TEST((refused->code() == errc::too_many_requests));
    BOOST_TEST((refused->retry_after() == 1s)); // 999 ms, rounded up
    BOOST_TEST(!callers.ask(from, start + 1s));
    BOOST_TEST(!callers.ask(callers.enter(at("192.0.2.2"), start), start));
    BOOST_TEST(seen.of(refusal::requests_per_address) == 1);
}

BOOST_FIXTURE_TEST_CASE(requests_are_counted_by_token_over_all_addresses, strict) {
    admission callers(bounds, &seen);
    const token_id token = token_id::make();
    auto& here = callers.enter(at("192.0.2.1"), start);
    auto& there = callers.enter(at("192.0.2.2"), start);
    for (int i = 0; i < 20; ++i) BOOST_TEST(!callers.ask(i % 2 == 0 ? here : there, token, start));
    BOOST_TEST(callers.ask(here, token, start).has_value());
    BOOST_TEST(callers.ask(there, token, start).has_value());
    BOOST_TEST(!callers.ask(there, token_id::make(), start));
    BOOST_TEST(seen.of(refusal::requests_per_token) == 2);
}

BOOST_FIXTURE_TEST_CASE(wrong_tokens_stop_look_ups_but_of_tokens_that_were_right, strict) {
    admission callers(bounds, &seen);
    auto& from = callers.enter(at("192.0.2.1"), start);
    for (int i = 0; i < 3; ++i) {
        BOOST_TEST(!callers.look_up(from, "guess", tokens, start));
        callers.note_wrong_token(from, start);
    }
    const auto refused = callers.look_up(from, "guess", tokens, start);
    BOOST_TEST_REQUIRE(refused.has_value());
    BOOST_TEST((refused->retry_after() == 20s));
    BOOST_TEST(!callers.look_up(from, "known", tokens, start));
    BOOST_TEST(!callers.look_up(callers.enter(at("192.0.2.2"), start), "guess", tokens, start));
    BOOST_TEST(!callers.look_up(from, "guess", tokens, start + 20s));
    BOOST_TEST(seen.of(refusal::wrong_tokens) == 1);
}

BOOST_AUTO_TEST_SUITE_END()
