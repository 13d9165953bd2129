#include "net/client/url.hpp"

#include <boost/test/unit_test.hpp>

using holdfast::net::parse_server_url;

BOOST_AUTO_TEST_SUITE(net_client_url)

BOOST_AUTO_TEST_CASE(name_port_and_path) {
    const auto plain = parse_server_url("https://backup.example.com");
    BOOST_TEST_REQUIRE(bool(plain));
    BOOST_TEST(plain->host == "backup.example.com");
    BOOST_TEST(plain->port == "443");
    BOOST_TEST(plain->authority == "backup.example.com");
    BOOST_TEST(plain->path == "");
    const auto full = parse_server_url("HTTPS://h:8443/a/b//");
    BOOST_TEST_REQUIRE(bool(full));
    BOOST_TEST(full->port == "8443");
    BOOST_TEST(full->authority == "h:8443");
    BOOST_TEST(full->path == "/a/b");
}

BOOST_AUTO_TEST_CASE(addresses_lose_their_brackets_for_connecting_only) {
    const auto six = parse_server_url("https://[::1]:8443/");
    BOOST_TEST_REQUIRE(bool(six));
    BOOST_TEST(six->host == "::1");
    BOOST_TEST(six->authority == "[::1]:8443");
    const auto four = parse_server_url("https://127.0.0.1:1");
    BOOST_TEST_REQUIRE(bool(four));
    BOOST_TEST(four->host == "127.0.0.1");
}

BOOST_AUTO_TEST_CASE(everything_else_is_refused) {
    for (const char* text :
         {"", "host", "host:8443", "http://host", "https://", "https:///path", "https://user@host",
          "https://user:secret@host", "https://host?q", "https://host#f", "https://host:0",
          "https://host:99999", "https://ho st", "https://host:"})
        BOOST_TEST(!parse_server_url(text), "accepted: " << text);
}

BOOST_AUTO_TEST_SUITE_END()
