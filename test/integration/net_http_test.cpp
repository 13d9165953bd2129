// HTTP/1.1 over real TLS sockets: what is answered, and what is refused.
#include "test/integration/net_front_fixture.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

namespace {

using namespace holdfast;
using test::ending;
using test::front_fixture;
using test::http_answer;
using test::tls_client;

std::string get(std::string_view target, std::string_view headers = {}) {
    return "GET " + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\n" + std::string(headers) + "\r\n";
}

std::string post(std::string_view target, std::string_view body, std::string_view headers = {}) {
    return "POST " + std::string(target) +
           " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
           std::string(headers) + "\r\n" + std::string(body);
}

std::string code_of(const http_answer& answer) {
    BOOST_TEST_REQUIRE(answer.headers.at("content-type") == "application/problem+json");
    const boost::json::value document = boost::json::parse(answer.body);
    BOOST_TEST(document.at("status").as_int64() == answer.status);
    BOOST_TEST(document.at("requestId").as_string() == answer.headers.at("x-request-id"));
    return std::string(document.at("code").as_string());
}

constexpr int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};

} // namespace

BOOST_AUTO_TEST_SUITE(net_http)

BOOST_DATA_TEST_CASE(keep_alive_serves_many_requests, boost::unit_test::data::make(versions), version) {
    front_fixture front;
    tls_client client(front.port(), version);
    for (int i = 0; i < 5; ++i) {
        const http_answer answer = client.ask(get("/open?n=" + std::to_string(i)));
        BOOST_TEST(answer.status == 200U);
        BOOST_TEST(answer.body == "open /open?n=" + std::to_string(i));
        BOOST_TEST(!answer.headers.contains("connection"));
        BOOST_TEST(answer.headers.at("date").size() == 29U);
        BOOST_TEST(answer.headers.at("content-type") == "text/plain");
    }
    BOOST_TEST(front.connections() == 1U);
    BOOST_TEST(front.events.wait_for("GET /open 200", 5));
}

BOOST_DATA_TEST_CASE(pipelined_requests_in_one_record_are_answered_in_order,
                     boost::unit_test::data::make(versions), version) {
    front_fixture front;
    tls_client client(front.port(), version);
    client.send(get("/open?1") + post("/echo", "two") + get("/nothing") + "\r\n" + get("/open?4"));
    BOOST_TEST(client.read().body == "open /open?1");
    BOOST_TEST(client.read().body == "two");
    BOOST_TEST(client.read().status == 404U);
    BOOST_TEST(client.read().body == "open /open?4");
}

BOOST_DATA_TEST_CASE(a_request_in_single_bytes, boost::unit_test::data::make(versions), version) {
    front_fixture front;
    tls_client client(front.port(), version);
    client.send_bytewise(post("/echo", "drop by drop"));
    BOOST_TEST(client.read().body == "drop by drop");
    client.send_bytewise(get("/open"));
    BOOST_TEST(client.read().status == 200U);
}

BOOST_DATA_TEST_CASE(big_bodies_go_both_ways, boost::unit_test::data::make(versions), version) {
    front_fixture front;
    tls_client client(front.port(), version);
    std::string body(1000 * 1000, '\0');
    for (std::size_t i = 0; i < body.size(); ++i) body[i] = static_cast<char>(i * 7 % 251);
    const http_answer echoed = client.ask(post("/echo", body));
    BOOST_TEST(echoed.status == 200U);
    BOOST_TEST((echoed.body == body));
    BOOST_TEST(client.ask(get("/big?bytes=5000000")).body.size() == 5000000U);
}

BOOST_AUTO_TEST_CASE(a_chunked_body) {
    front_fixture front;
    tls_client client(front.port());
    const std::string head = "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
    BOOST_TEST(client.ask(head + "3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\n\r\n").body == "abcdefg");
    const std::string small = "PUT /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
    BOOST_TEST(code_of(client.ask(small + "6\r\nabcdef\r\n6\r\nabcdef\r\n0\r\n\r\n")) == "too_large");
    BOOST_TEST((client.wait_for_end() == ending::close_notify));
}

BOOST_AUTO_TEST_CASE(endless_chunk_extensions_are_cut) {
    front_fixture front;
    tls_client client(front.port());
    client.send("POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3;");
    client.send(std::string(100'000, 'x'));
    BOOST_TEST(client.read().status == 400U);
}

BOOST_AUTO_TEST_CASE(unknown_paths_and_verbs) {
    front_fixture front;
    tls_client client(front.port());
    BOOST_TEST(code_of(client.ask(get("/nowhere"))) == "not_found");
    BOOST_TEST(code_of(client.ask(get("/open/"))) == "not_found");
    const http_answer wrong = client.ask(post("/open", "x"));
    BOOST_TEST(code_of(wrong) == "method_not_allowed");
    BOOST_TEST(wrong.headers.at("allow") == "GET, HEAD");
    BOOST_TEST(client.ask("DELETE /echo HTTP/1.1\r\nHost: h\r\n\r\n").headers.at("allow") == "POST, PUT");
    BOOST_TEST(client.ask("OPTIONS /echo HTTP/1.1\r\nHost: h\r\n\r\n").status == 405U);
    BOOST_TEST(client.ask("BREW /open HTTP/1.1\r\nHost: h\r\n\r\n").status == 501U);
    BOOST_TEST(client.ask(get("/")).body == "open /"); // one connection for all of it
    BOOST_TEST(front.events.wait_for("unmatched 404", 2));
}

BOOST_AUTO_TEST_CASE(head_is_a_get_without_its_body) {
    front_fixture front;
    tls_client client(front.port());
    client.send("HEAD /open HTTP/1.1\r\nHost: h\r\n\r\n" + get("/open"));
    const http_answer head = client.read(true);
    BOOST_TEST(head.status == 200U);
    BOOST_TEST(head.headers.at("content-length") == "10");
    BOOST_TEST(head.headers.at("x-kind") == "head");
    BOOST_TEST(client.read().body == "open /open");
    client.send("HEAD /parked HTTP/1.1\r\nHost: h\r\n\r\n");
    const http_answer refused = client.read(true);
    BOOST_TEST(refused.status == 405U);
    BOOST_TEST(refused.headers.at("allow") == "GET");
    client.send("HEAD /echo HTTP/1.1\r\nHost: h\r\n\r\n");
    BOOST_TEST(client.read(true).headers.at("allow") == "POST, PUT");
}

BOOST_AUTO_TEST_CASE(a_body_in_pieces_has_a_length_and_leaves_the_connection_good) {
    front_fixture front;
    tls_client client(front.port());
    client.send(get("/pieces") + "HEAD /pieces HTTP/1.1\r\nHost: h\r\n\r\n" + get("/open"));
    const http_answer whole = client.read();
    BOOST_TEST(whole.headers.at("content-length") == "18");
    BOOST_TEST(whole.body == "digits: 0123456789");
    BOOST_TEST(client.read(true).headers.at("content-length") == "18");
    BOOST_TEST(client.read().body == "open /open");
}

BOOST_AUTO_TEST_CASE(a_body_that_is_not_as_long_as_was_said_ends_the_connection) {
    for (const char* bytes : {"9", "11"}) {
        front_fixture front;
        tls_client client(front.port());
        client.send(get(std::string("/pieces?bytes=") + bytes));
        BOOST_CHECK_THROW(client.read(), std::exception);
        BOOST_TEST(front.wait_for_connections(0));
    }
}

BOOST_AUTO_TEST_CASE(tokens_and_kinds) {
    front_fixture front;
    tls_client client(front.port());
    const std::string thing = "/things/0190a6e0-0000-7000-8000-00000000000A";
    const http_answer missing = client.ask(get(thing));
    BOOST_TEST(code_of(missing) == "unauthorized");
    BOOST_TEST(missing.headers.at("www-authenticate") == "Bearer");
    BOOST_TEST(client.ask(get(thing, "Authorization: Basic dmlld2Vy\r\n")).status == 401U);
    BOOST_TEST(client.ask(get(thing, "Authorization: Bearer nobody\r\n")).status == 401U);
    const http_answer down = client.ask(get(thing, "Authorization: Bearer down\r\n"));
    BOOST_TEST(down.status == 503U);
    BOOST_TEST(down.headers.contains("retry-after"));
    BOOST_TEST(code_of(client.ask(get(thing, "Authorization: Bearer agent\r\n"))) == "forbidden");
    const http_answer good = client.ask(get(thing + "?count=7", "authorization: bearer viewer\r\n"));
    BOOST_TEST(good.body ==
               R"({"thingId":"0190a6e0-0000-7000-8000-00000000000a","kind":"viewer","count":7})");
    BOOST_TEST(good.headers.at("content-type") == "application/json");
    BOOST_TEST(client.ask(get(thing, "Authorization: Bearer viewer\r\n")).body.find("count") ==
               std::string::npos);
    const http_answer remove =
        client.ask("DELETE " + thing + " HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer viewer\r\n\r\n");
    BOOST_TEST(remove.status == 403U);
}

BOOST_AUTO_TEST_CASE(a_token_may_be_in_the_body_where_the_route_says_so) {
    front_fixture front;
    tls_client client(front.port());
    BOOST_TEST(client.ask(post("/enter", "{}")).body == "unknown");
    BOOST_TEST(client.ask(post("/enter", "{}", "Authorization: Bearer viewer\r\n")).body == "known");
    BOOST_TEST(client.ask(post("/enter", "{}", "Authorization: Bearer nobody\r\n")).status == 401U);
    BOOST_TEST(client.ask(post("/enter", "{}", "Authorization: Bearer agent\r\n")).status == 403U);
}

BOOST_AUTO_TEST_CASE(bad_parameters_are_named) {
    front_fixture front;
    tls_client client(front.port());
    const std::string viewer = "Authorization: Bearer viewer\r\n";
    BOOST_TEST(client.ask(get("/things/12")).status == 401U); // who asks comes first
    const http_answer path = client.ask(get("/things/12", viewer));
    BOOST_TEST(code_of(path) == "invalid");
    BOOST_TEST(path.body.find(R"("detail":"thingId must be a UUID")") != std::string::npos);
    const http_answer query =
        client.ask(get("/things/0190a6e0-0000-7000-8000-00000000000a?count=101", viewer));
    BOOST_TEST(query.status == 400U);
    BOOST_TEST(query.body.find("count must be an integer from 1 to 100") != std::string::npos);
    BOOST_TEST(client.ask(get("/open?x=%00")).status == 400U);
    BOOST_TEST(client.ask(get("/open?x=%C3%28")).status == 400U);
    BOOST_TEST(client.ask(get("/open?x=%zz")).status == 400U);
    BOOST_TEST(client.ask(get("/open?x=%C3%A9")).status == 200U);
}

BOOST_AUTO_TEST_CASE(expect_100_continue) {
    front_fixture front;
    tls_client client(front.port());
    const std::string head =
        "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n";
    BOOST_TEST(client.ask(head).status == 100U);
    BOOST_TEST(client.ask("abc").body == "abc");
    const http_answer strange = client.ask("GET /open HTTP/1.1\r\nHost: h\r\nExpect: a miracle\r\n\r\n");
    BOOST_TEST(code_of(strange) == "expectation_failed");
    // A refusal comes instead of the invitation, and then the end: the body may or may not follow.
    const http_answer refused =
        client.ask("PUT /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\n");
    BOOST_TEST(refused.status == 413U);
    BOOST_TEST(refused.headers.at("connection") == "close");
    BOOST_TEST((client.wait_for_end() == ending::close_notify));
}

BOOST_AUTO_TEST_CASE(too_large) {
    net::limits bounds;
    bounds.body_bytes_max = 100'000;
    front_fixture front(bounds);
    {
        tls_client client(front.port());
        BOOST_TEST(client.ask(post("/echo", std::string(100'000, 'x'))).status == 200U);
        // Sent to its end although nobody wants it: the reply must come through all the same.
        const http_answer refused = client.ask(post("/echo", std::string(3'000'000, 'x')));
        BOOST_TEST(code_of(refused) == "too_large");
        BOOST_TEST(refused.headers.at("connection") == "close");
        BOOST_TEST((client.wait_for_end() == ending::close_notify));
    }
    {
        tls_client client(front.port()); // a small one is read away, and the connection stays
        BOOST_TEST(
            client.ask("PUT /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\n12345678901").status ==
            413U);
        BOOST_TEST(client.ask(get("/open")).status == 200U);
        BOOST_TEST(client.ask(get("/open?" + std::string(5000, 'x'))).status == 414U);
    }
    {
        tls_client client(front.port());
        BOOST_TEST(code_of(client.ask(get("/open", "X: " + std::string(20'000, 'x') + "\r\n"))) ==
                   "headers_too_large");
        BOOST_TEST((client.wait_for_end() == ending::close_notify));
    }
    BOOST_TEST(front.events.wait_for("malformed 431", 1));
}

BOOST_DATA_TEST_CASE(
    what_is_no_request_is_a_400_and_the_end,
    boost::unit_test::data::make({
        "hello\r\n\r\n",
        "GET / HTTP/2.0\r\nHost: h\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\nabc",
        "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: -3\r\n\r\nabcd",
        "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "GET / HTTP/1.1\nHost: h\n\n",
        "GET / HTTP/1.1\r\nHost: h\nX: y\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length : 3\r\n\r\nabc",
    }),
    text) {
    front_fixture front;
    tls_client client(front.port());
    const http_answer answer = client.ask(text);
    BOOST_TEST(code_of(answer) == "malformed_request");
    BOOST_TEST(answer.headers.at("connection") == "close");
    BOOST_TEST((client.wait_for_end() == ending::close_notify));
}

BOOST_AUTO_TEST_CASE(http_1_0_is_closed_unless_it_asks) {
    front_fixture front;
    tls_client client(front.port());
    const http_answer stays = client.ask("GET /open HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    BOOST_TEST(stays.headers.at("connection") == "keep-alive");
    const http_answer last = client.ask("GET /open HTTP/1.0\r\n\r\n");
    BOOST_TEST(last.body == "open /open");
    BOOST_TEST(last.headers.at("connection") == "close");
    BOOST_TEST((client.wait_for_end() == ending::close_notify));
}

BOOST_AUTO_TEST_CASE(connection_close_is_kept) {
    front_fixture front;
    tls_client client(front.port());
    const http_answer answer = client.ask(get("/open", "Connection: close\r\n"));
    BOOST_TEST(answer.headers.at("connection") == "close");
    BOOST_TEST((client.wait_for_end() == ending::close_notify));
    BOOST_TEST(front.wait_for_connections(0));
}

BOOST_AUTO_TEST_CASE(request_ids_are_echoed_when_sane) {
    front_fixture front;
    tls_client client(front.port());
    BOOST_TEST(client.ask(get("/open", "X-Request-Id: a-B_9.z\r\n")).headers.at("x-request-id") == "a-B_9.z");
    const std::string longest(128, 'a');
    BOOST_TEST(client.ask(get("/open", "X-Request-Id: " + longest + "\r\n")).headers.at("x-request-id") ==
               longest);
    for (const std::string& bad : {std::string("has space"), longest + "a", std::string("\"quote")}) {
        const http_answer answer = client.ask(get("/open", "X-Request-Id: " + bad + "\r\n"));
        BOOST_TEST(parse_uuid(answer.headers.at("x-request-id")).has_value());
    }
}

BOOST_AUTO_TEST_CASE(an_exception_is_a_500_without_its_text) {
    front_fixture front;
    tls_client client(front.port());
    const http_answer answer = client.ask(get("/throws"));
    BOOST_TEST(code_of(answer) == "internal");
    BOOST_TEST(answer.body.find("secret") == std::string::npos);
    BOOST_TEST(client.ask(get("/open")).status == 200U);
    BOOST_TEST(front.events.wait_for("GET /throws 500", 1));
}

BOOST_AUTO_TEST_CASE(a_request_before_a_half_close_is_answered) {
    front_fixture front;
    tls_client client(front.port());
    client.send(get("/open"));
    client.half_close();
    BOOST_TEST(client.read().status == 200U);
}

BOOST_AUTO_TEST_SUITE_END()
