// Callers who mean harm: each is answered or cut off, and a neighbour on the same core is served meanwhile.
#include "test/integration/net_front_fixture.hpp"
#include "test/support/server.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <functional>
#include <stdexcept>
#include <string>

namespace {

using namespace holdfast;
using test::ending;
using test::fleet;
using test::front_fixture;
using test::http_answer;
using test::pending_call;
using test::silent_client;
using test::tls_client;

const std::string plain = "GET /open HTTP/1.1\r\nHost: h\r\n\r\n";
const std::string smuggled = "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n";
const std::string chunked = "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";

// Times that a test can wait for.
net::limits short_times() {
    net::limits out;
    out.handshake = out.header = out.body = out.write = std::chrono::milliseconds{400};
    return out;
}

struct neighbourhood : front_fixture {
    explicit neighbourhood(const net::limits& bounds = {}) : front_fixture(bounds), neighbour(port()) {
        expect_served();
    }

    void expect_served() { BOOST_TEST(neighbour.ask(plain).status == 200U); }

    void expect_alone() {
        BOOST_TEST(wait_for_connections(1));
        expect_served();
        BOOST_TEST(events.count("unmatched 404") == 0); // nothing that was smuggled in
    }

    // Sends bit by bit, each in time if time began anew with it, until that fails or the server has ended.
    void expect_trickle_cut(const std::function<bool()>& ended, const std::function<void()>& send) {
        constexpr int bits_max = 1000; // 10 ms apart: far beyond the limits
        int bits = 0;
        try {
            while (bits++ < bits_max && !ended()) {
                send();
                if (bits % 10 == 0) expect_served();
            }
        } catch (const std::runtime_error&) {
            // cut off between two looks
        }
        BOOST_TEST(bits < bits_max);
        expect_alone();
    }

    tls_client neighbour;
};

constexpr std::chrono::milliseconds between_bits{10};

} // namespace

BOOST_AUTO_TEST_SUITE(abuse)

BOOST_AUTO_TEST_CASE(a_handshake_that_trickles_is_cut) {
    neighbourhood front(short_times());
    silent_client caller(front.port());
    caller.send_raw(std::string("\x16\x03\x01\x20\x00\x01\x00\x1f\xfc\x03\x03", 11)); // 8 kB are to come
    front.expect_trickle_cut([&] { return caller.closed_within(between_bits); },
                             [&] { caller.send_raw("r"); });
}

BOOST_AUTO_TEST_CASE(headers_that_trickle_are_cut) {
    neighbourhood front(short_times());
    tls_client caller(front.port());
    caller.send("GET /open HTTP/1.1\r\nHost: ");
    front.expect_trickle_cut([&] { return !caller.stays_silent(between_bits); }, [&] { caller.send("h"); });
}

BOOST_AUTO_TEST_CASE(a_body_that_trickles_is_cut) {
    neighbourhood front(short_times());
    tls_client caller(front.port());
    caller.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n");
    front.expect_trickle_cut([&] { return !caller.stays_silent(between_bits); }, [&] { caller.send("b"); });
}

BOOST_AUTO_TEST_CASE(chunks_that_trickle_are_cut) {
    neighbourhood front(short_times());
    tls_client caller(front.port());
    caller.send(chunked);
    front.expect_trickle_cut([&] { return !caller.stays_silent(between_bits); },
                             [&] { caller.send("1\r\nb\r\n"); });
}

BOOST_AUTO_TEST_CASE(who_asks_and_asks_and_never_reads_is_cut) {
    neighbourhood front(short_times());
    tls_client caller(front.port());
    for (int i = 0; i < 100; ++i) caller.send("GET /big?bytes=10000000 HTTP/1.1\r\nHost: h\r\n\r\n");
    front.expect_served();
    BOOST_TEST(front.events.wait_for("undelivered", 1));
    front.expect_alone();
    BOOST_TEST(front.events.count("undelivered") == 1); // what was behind it was not even begun
}

BOOST_AUTO_TEST_CASE(tiny_records_are_slow_for_their_sender_alone) {
    neighbourhood front;
    tls_client caller(front.port());
    const std::string body(5000, 'b');
    caller.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(body.size()) +
                "\r\n\r\n");
    for (std::size_t half : {0U, 1U}) {
        caller.send_bytewise(std::string_view(body).substr(half * body.size() / 2, body.size() / 2));
        front.expect_served();
    }
    BOOST_TEST((caller.read().body == body));
}

BOOST_AUTO_TEST_CASE(key_updates_without_a_request_are_cut) {
    neighbourhood front(short_times());
    tls_client caller(front.port(), TLS1_3_VERSION);
    front.expect_trickle_cut([&] { return !caller.stays_silent(between_bits); },
                             [&] { caller.update_key(); });
}

BOOST_DATA_TEST_CASE(garbage_before_tls_is_cut,
                     boost::unit_test::data::make({
                         std::string("GET / HTTP/1.1\r\nHost: h\r\n\r\n"),
                         std::string("\x80\x2e\x01\x03\x01", 5),         // the hello of SSL 2
                         std::string("\x16\x03\x01\xff\xff", 5),         // a record that is too long
                         std::string("\x17\x03\x03\x00\x01x", 6),        // data before the handshake
                         std::string("\x15\x03\x01\x00\x02\x02\x28", 7), // an alert
                         std::string(100'000, '\0'),
                         std::string(100'000, '\xff'),
                     }),
                     garbage) {
    neighbourhood front(short_times());
    silent_client caller(front.port());
    try {
        caller.send_raw(garbage);
    } catch (const std::runtime_error&) {
        // cut off before all of it was sent
    }
    front.expect_served();
    BOOST_TEST(caller.closed_by_server());
    front.expect_alone();
}

BOOST_AUTO_TEST_CASE(header_bombs_are_refused) {
    std::string many;
    for (int i = 0; i < 20'000; ++i) many += "a: b\r\n";
    for (const std::string& bomb :
         {"GET /" + std::string(1'000'000, 'x'), "GET /open HTTP/1.1\r\nHost: h\r\n" + many,
          "GET /open HTTP/1.1\r\nHost: h\r\n" + std::string(1'000'000, 'x')}) {
        neighbourhood front;
        tls_client caller(front.port());
        try {
            caller.send(bomb);
        } catch (const std::runtime_error&) {
            // cut off before all of it was sent
        }
        front.expect_served();
        BOOST_TEST(caller.read().status == 431U);
        caller.close(); // it would be read on for, for a moment
        front.expect_alone();
    }
}

BOOST_AUTO_TEST_CASE(body_bombs_are_refused) {
    const std::string head = "POST /echo HTTP/1.1\r\nHost: h\r\n";
    const std::pair<std::string, unsigned> bombs[] = {
        {head + "Content-Length: 1000000000000000000\r\n\r\n", 413},
        {head + "Content-Length: 99999999999999999999999999\r\n\r\n", 400},
        {chunked + "fffffffffffffff\r\n", 413},
        {chunked + "fffffffffffffffffffffff\r\n", 400},
        {chunked + "200000\r\n" + std::string(0x200000, 'b'), 413},
    };
    for (const auto& [bomb, status] : bombs) {
        neighbourhood front;
        tls_client caller(front.port());
        caller.send(bomb);
        front.expect_served();
        const http_answer refused = caller.read();
        BOOST_TEST(refused.status == status, bomb.substr(0, 120) << " is answered " << refused.status);
        caller.close();
        front.expect_alone();
    }
}

// Where a proxy in front could see another end of the request than we do.
BOOST_DATA_TEST_CASE(framing_that_could_mean_two_things_is_refused,
                     boost::unit_test::data::make({
                         "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                         "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
                         "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
                         "Content-Length: 3, 4\r\n\r\nabcd",
                         "Content-Length: +3\r\n\r\nabc",
                         "Content-Length: 0x3\r\n\r\nabc",
                         "Content-Length: 3 3\r\n\r\nabc",
                         "Content-Length: \r\n\r\n",
                         "Content-Length\r\n: 3\r\n\r\nabc",
                         "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
                         "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
                         "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                         "Transfer-Encoding: \x0b"
                         "chunked\r\n\r\n0\r\n\r\n",
                         "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
                         "Transfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n",
                         "Transfer-Encoding: chunked\r\n\r\n+3\r\nabc\r\n0\r\n\r\n",
                         "Transfer-Encoding: chunked\r\n\r\n3\nabc\r\n0\r\n\r\n",
                         "Transfer-Encoding: chunked\r\n\r\n3\r\nabc0\r\n\r\n",
                         "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\n0\r\n\r\n",
                         "Transfer-Encoding: chunked\r\n\r\n\r\n0\r\n\r\n",
                         "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nContent-Length: 30\r\n\r\n",
                         "X: a\nContent-Length: 3\r\n\r\nabc",
                         "X: a\rContent-Length: 3\r\n\r\nabc",
                     }),
                     fields) {
    neighbourhood front;
    tls_client caller(front.port());
    caller.send("POST /echo HTTP/1.1\r\nHost: h\r\n" + std::string(fields) + smuggled);
    const http_answer refused = caller.read();
    BOOST_TEST(refused.status == 400U);
    BOOST_TEST(refused.headers.at("connection") == "close");
    BOOST_TEST((caller.wait_for_end() == ending::close_notify));
    caller.close();
    front.expect_alone();
}

// Allowed, and one thing only: the request behind it begins where it seems to.
BOOST_DATA_TEST_CASE(framing_that_is_odd_means_what_it_says,
                     boost::unit_test::data::make({
                         "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
                         "Content-Length: 3, 3\r\n\r\nabc",
                         "Content-Length: 0003\r\n\r\nabc",
                         "Content-Length:\r\n 3\r\n\r\nabc", // folded lines are joined
                         "Transfer-Encoding:\r\n chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
                         "X: a\r\n Content-Length: 30\r\nContent-Length: 3\r\n\r\nabc",
                         "Transfer-Encoding: Chunked\r\n\r\n3;a=\"b;c\"\r\nabc\r\n000\r\n\r\n",
                         "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX: y\r\n\r\n",
                     }),
                     fields) {
    neighbourhood front;
    tls_client caller(front.port());
    caller.send("POST /echo HTTP/1.1\r\nHost: h\r\n" + std::string(fields) + plain);
    BOOST_TEST(caller.read().body == "abc");
    BOOST_TEST(caller.read().body == "open /open");
    front.expect_served();
}

BOOST_AUTO_TEST_CASE(the_body_of_a_get_is_no_request) {
    neighbourhood front;
    tls_client caller(front.port());
    caller.send("GET /open HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(smuggled.size()) +
                "\r\n\r\n" + smuggled + plain);
    for (int i = 0; i < 2; ++i) BOOST_TEST(caller.read().body == "open /open");
    caller.close();
    front.expect_alone();
}

// On the real program, as its own parser and checks see it.
BOOST_AUTO_TEST_CASE(json_bombs_are_refused_while_others_are_served) {
    fleet f({"--cores", "1"});
    constexpr std::size_t much = 900'000; // a body may have 1 MiB
    const auto repeated = [](std::string_view what) {
        std::string out;
        while (out.size() < much) out += what;
        return out;
    };
    for (const std::string& bomb :
         {std::string(much, '['), repeated("{\"a\":"), "{\"tasks\":" + std::string(much, '9') + "}",
          "{\"tasks\":1e" + std::string(much, '9') + "}", "{\"tasks\":[" + repeated("{},") + "{}]}",
          "{" + repeated("\"a\":1,") + "\"a\":1}", "\"" + repeated("\\ud800"),
          "{\"tasks\":\"" + repeated("\xff")}) {
        pending_call abuser(f, f.server, f.home.root_token(), net::verb::post, "/tasks", bomb);
        BOOST_TEST(f.root.get(f.poll_target(f.agent)).status == 204U);
        BOOST_TEST(abuser.finish().status == 400U);
    }
    BOOST_TEST(f.root.post("/tasks", std::string(2'000'000, '[')).status == 413U);
}

BOOST_AUTO_TEST_SUITE_END()
