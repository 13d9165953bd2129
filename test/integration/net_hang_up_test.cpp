// Long polls and connections that end badly, and the deadlines that end the rest.
#include "test/integration/net_front_fixture.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <future>
#include <iterator>
#include <memory>
#include <random>
#include <stdexcept>
#include <vector>

namespace {

using namespace holdfast;
using test::ending;
using test::front_fixture;
using test::silent_client;
using test::tls_client;

const std::string parked = "GET /parked HTTP/1.1\r\nHost: h\r\n\r\n";
const std::string busy = "GET /busy HTTP/1.1\r\nHost: h\r\n\r\n";
const std::string plain = "GET /open HTTP/1.1\r\nHost: h\r\n\r\n";

constexpr int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};

struct hang_up {
    const char* name;
    void (*go)(tls_client&);
};

constexpr hang_up hang_ups[] = {
    {"FIN", [](tls_client& c) { c.close(); }},
    {"close_notify", [](tls_client& c) { c.say_close(); }},
    {"reset", [](tls_client& c) { c.reset(); }},
    {"half close", [](tls_client& c) { c.half_close(); }},
    {"garbage",
     [](tls_client& c) { c.send_raw("this is no TLS record, and it is long enough to be seen as none"); }},
};

// One client after another, each of a random kind. What they see is checked elsewhere: here the books count.
void behave_badly(std::uint16_t port, unsigned seed, int clients) {
    std::mt19937 random(seed);
    for (int i = 0; i < clients; ++i) {
        try {
            if (random() % 10 == 0) {
                silent_client(port).send_raw(random() % 2 == 0 ? "\x16\x03\x01\x02" : "nonsense");
                continue;
            }
            tls_client client(port, versions[random() % 2]);
            if (random() % 8 == 0)
                client.send("GET /par"); // dies in the middle of a request
            else
                client.send(random() % 6 == 0 ? parked + plain : parked);
            switch (random() % 4) {
            case 0: static_cast<void>(client.read()); break;
            case 1: client.send(plain); break;
            default: break;
            }
            hang_ups[random() % std::size(hang_ups)].go(client);
        } catch (const std::runtime_error&) {
            // cut off by the drain, or waited for the reply to half a request
        }
    }
}

// Rings while the clients run, begins the drain once they are half through when asked to.
void run_hostile_mix(bool drain_early) {
    net::limits bounds;
    bounds.header = std::chrono::milliseconds{200};
    bounds.drain_grace = std::chrono::milliseconds{500};
    front_fixture front(bounds);
    const unsigned seed = std::random_device{}();
    BOOST_TEST_MESSAGE("seed " << seed);
    std::vector<std::future<void>> threads;
    for (unsigned i = 0; i < 8; ++i)
        threads.push_back(std::async(std::launch::async, behave_badly, front.port(), seed + i, 40));
    for (std::size_t over = 0; over < threads.size();) {
        if (drain_early && front.events.count("parked") > 60) break;
        front.ring();
        if (threads[over].wait_for(std::chrono::milliseconds{1}) == std::future_status::ready) ++over;
    }
    if (drain_early) BOOST_TEST(front.drain());
    for (std::future<void>& one : threads) one.get();
    BOOST_TEST(front.drain());
    test::event_counts& events = front.events;
    BOOST_TEST(events.count("parked") > 0);
    BOOST_TEST(events.count("parked") ==
               events.count("rung") + events.count("abandoned") + events.count("early"));
    BOOST_TEST(events.count("undelivered") <= events.count("rung"));
}

} // namespace

BOOST_AUTO_TEST_SUITE(net_hang_up)

BOOST_DATA_TEST_CASE(whoever_hangs_up_while_parked_is_abandoned, boost::unit_test::data::make(versions),
                     version) {
    front_fixture front;
    int polls = 0;
    for (const hang_up& each : hang_ups) BOOST_TEST_CONTEXT(each.name) {
            tls_client client(front.port(), version);
            client.send(parked);
            BOOST_TEST_REQUIRE(front.events.wait_for("parked", ++polls));
            each.go(client);
            BOOST_TEST(front.events.wait_for("abandoned", polls));
        }
    BOOST_TEST(front.wait_for_connections(0));
    BOOST_TEST(front.events.count("undelivered") == 0);
}

BOOST_DATA_TEST_CASE(a_second_poll_on_the_connection_is_watched_too, boost::unit_test::data::make(versions),
                     version) {
    front_fixture front;
    tls_client client(front.port(), version);
    for (int i = 1; i <= 3; ++i) {
        client.send(parked);
        BOOST_TEST_REQUIRE(front.events.wait_for("parked", i));
        front.ring();
        BOOST_TEST(client.read().body == "rung");
    }
    client.send(parked);
    BOOST_TEST_REQUIRE(front.events.wait_for("parked", 4));
    client.close();
    BOOST_TEST(front.events.wait_for("abandoned", 1));
}

BOOST_AUTO_TEST_CASE(key_updates_and_half_a_record_do_not_end_a_poll) {
    front_fixture front;
    tls_client client(front.port(), TLS1_3_VERSION);
    client.send(parked);
    BOOST_TEST_REQUIRE(front.events.wait_for("parked", 1));
    for (int i = 0; i < 3; ++i) client.update_key();
    client.send_half_a_record(plain);
    BOOST_TEST(client.stays_silent(std::chrono::milliseconds{100}));
    front.ring();
    BOOST_TEST(client.read().body == "rung");
    client.send_rest();
    BOOST_TEST(client.read().body == "open /open");
    BOOST_TEST(front.events.count("early") == 0);
    BOOST_TEST(front.events.count("abandoned") == 0);
}

BOOST_DATA_TEST_CASE(a_request_behind_a_parked_poll_ends_it, boost::unit_test::data::make(versions),
                     version) {
    front_fixture front;
    tls_client client(front.port(), version);
    client.send(parked);
    BOOST_TEST_REQUIRE(front.events.wait_for("parked", 1));
    client.send(plain);
    BOOST_TEST(client.read().status == 204U);
    BOOST_TEST(client.read().body == "open /open");

    client.send(parked + plain); // in one record: the second is in our buffer already
    BOOST_TEST(client.read().status == 204U);
    BOOST_TEST(client.read().body == "open /open");

    client.send(parked + parked + plain); // and the poll behind the poll
    BOOST_TEST(client.read().status == 204U);
    BOOST_TEST(client.read().status == 204U);
    BOOST_TEST(client.read().body == "open /open");
    BOOST_TEST(front.events.count("early") == 4);
}

BOOST_DATA_TEST_CASE(undelivered_is_told_when_the_write_fails, boost::unit_test::data::make(versions),
                     version) {
    front_fixture front;
    tls_client client(front.port(), version);
    client.send(busy); // nobody watches this one
    BOOST_TEST_REQUIRE(front.events.wait_for("parked", 1));
    client.reset();
    front.ring();
    BOOST_TEST(front.events.wait_for("seen gone", 1));
    BOOST_TEST(front.events.wait_for("undelivered", 1));
    BOOST_TEST(front.wait_for_connections(0));
    BOOST_TEST(front.events.count("undelivered") == 1);
}

BOOST_AUTO_TEST_CASE(undelivered_is_told_when_the_client_does_not_read) {
    net::limits bounds;
    bounds.write = std::chrono::milliseconds{100};
    front_fixture front(bounds);
    tls_client client(front.port());
    client.send("GET /big?bytes=60000000 HTTP/1.1\r\nHost: h\r\n\r\n");
    BOOST_TEST(front.events.wait_for("undelivered", 1));
    BOOST_TEST(front.wait_for_connections(0));
}

BOOST_AUTO_TEST_CASE(slow_ones_are_cut) {
    net::limits bounds;
    bounds.handshake = bounds.header = bounds.body = bounds.idle = std::chrono::milliseconds{50};
    front_fixture front(bounds);
    {
        silent_client never_starts_tls(front.port());
        BOOST_TEST(never_starts_tls.closed_by_server());
    }
    {
        tls_client never_asks(front.port());
        BOOST_TEST((never_asks.wait_for_end() == ending::end_of_file));
    }
    {
        tls_client slow_header(front.port());
        slow_header.send("GET /open HTTP/1.1\r\nHos");
        BOOST_TEST((slow_header.wait_for_end() == ending::end_of_file));
    }
    {
        tls_client slow_body(front.port());
        slow_body.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc");
        BOOST_TEST((slow_body.wait_for_end() == ending::end_of_file));
    }
    {
        tls_client idle(front.port());
        BOOST_TEST(idle.ask(plain).status == 200U);
        BOOST_TEST((idle.wait_for_end() == ending::close_notify)); // politely: it did nothing wrong
    }
    BOOST_TEST(front.wait_for_connections(0));
}

BOOST_AUTO_TEST_CASE(a_parked_poll_has_no_deadline_of_the_connection) {
    net::limits bounds;
    bounds.handshake = bounds.header = bounds.body = bounds.write = bounds.idle =
        std::chrono::milliseconds{100};
    front_fixture front(bounds);
    tls_client client(front.port());
    client.send(parked);
    BOOST_TEST_REQUIRE(front.events.wait_for("parked", 1));
    BOOST_TEST(client.stays_silent(std::chrono::milliseconds{300}));
    front.ring();
    BOOST_TEST(client.read().body == "rung");
}

BOOST_AUTO_TEST_CASE(garbage_instead_of_tls) {
    front_fixture front;
    silent_client client(front.port());
    client.send_raw("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    BOOST_TEST(client.closed_by_server());
    BOOST_TEST(front.wait_for_connections(0));
}

BOOST_AUTO_TEST_CASE(the_cap_holds_others_back_until_one_leaves) {
    net::limits bounds;
    bounds.connections_max = 2;
    front_fixture front(bounds);
    auto first = std::make_unique<tls_client>(front.port());
    tls_client second(front.port());
    BOOST_TEST(first->ask(plain).status == 200U);
    BOOST_TEST(second.ask(plain).status == 200U);
    silent_client third(front.port()); // in the kernel's queue
    BOOST_TEST(front.connections() == 2U);
    first.reset();
    third.send_raw("no TLS at all");
    BOOST_TEST(third.closed_by_server()); // so it was accepted in the end
    BOOST_TEST(second.ask(plain).status == 200U);
}

BOOST_AUTO_TEST_CASE(drain_answers_parked_polls_closes_idle_ones_and_ends_the_loop) {
    front_fixture front;
    std::vector<std::unique_ptr<tls_client>> waiting;
    std::vector<std::unique_ptr<tls_client>> idle;
    for (int i = 0; i < 20; ++i) {
        waiting.push_back(std::make_unique<tls_client>(front.port()));
        waiting.back()->send(parked);
        idle.push_back(std::make_unique<tls_client>(front.port()));
        BOOST_TEST(idle.back()->ask(plain).status == 200U);
    }
    BOOST_TEST_REQUIRE(front.events.wait_for("parked", 20));
    BOOST_TEST(front.drain()); // the grace is 10 s: a connection left behind would be cut, and counted below
    for (const auto& one : waiting) {
        const test::http_answer answer = one->read();
        BOOST_TEST(answer.body == "rung");
        BOOST_TEST(answer.headers.at("connection") == "close");
        BOOST_TEST((one->wait_for_end() == ending::close_notify));
    }
    for (const auto& one : idle) BOOST_TEST((one->wait_for_end() == ending::close_notify));
    BOOST_CHECK_THROW(tls_client late(front.port()), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(the_books_balance_after_a_hostile_mix) {
    run_hostile_mix(false);
}

BOOST_AUTO_TEST_CASE(the_books_balance_after_a_drain_in_a_hostile_mix) {
    run_hostile_mix(true);
}

BOOST_AUTO_TEST_CASE(drain_cuts_the_silent_after_the_grace) {
    net::limits bounds;
    bounds.drain_grace = std::chrono::milliseconds{100};
    front_fixture front(bounds);
    silent_client no_handshake(front.port());
    tls_client no_request(front.port());
    tls_client half_a_request(front.port());
    half_a_request.send("GET /open HT");
    tls_client never_answered(front.port());
    never_answered.send("GET /parked HTTP/1.1\r\nHost: h\r\n\r\n");
    BOOST_TEST_REQUIRE(front.events.wait_for("parked", 1));
    BOOST_TEST_REQUIRE(front.wait_for_connections(4));
    BOOST_TEST(front.drain_without_ringing());
    BOOST_TEST(front.events.count("abandoned") == 1);
    BOOST_TEST(no_handshake.closed_by_server());
    BOOST_TEST((no_request.wait_for_end() == ending::end_of_file));
}

BOOST_AUTO_TEST_SUITE_END()
