// The TLS contexts and the stream on its own, without HTTP.
#include "net/tls_stream.hpp"
#include "test/integration/net_front_fixture.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/write.hpp>
#include <boost/test/unit_test.hpp>
#include <openssl/err.h>

#include <fstream>
#include <optional>

namespace {

using namespace holdfast;
using asio::ip::tcp;
using test::certificates;
using test::front_fixture;

std::string sentence_of(const std::string& chain, const std::string& key) {
    try {
        static_cast<void>(net::make_server_tls({chain, key}));
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return {};
}

struct attempt {
    error_code handshake;
    std::string answer;
};

awaitable<void> talk(std::uint16_t port, net::tls_context settings, std::string host, attempt& out) {
    const executor where = co_await asio::this_coro::executor;
    net::tcp_socket socket(where);
    co_await socket.async_connect(tcp::endpoint(asio::ip::address_v4::loopback(), port), use_awaitable);
    net::tls_stream stream(std::move(socket), settings, host);
    co_await stream.async_handshake(asio::redirect_error(use_awaitable, out.handshake));
    if (out.handshake) co_return;
    const std::array<asio::const_buffer, 3> pieces{asio::buffer("GET /open HTTP/1.1\r\n", 20),
                                                   asio::const_buffer(),
                                                   asio::buffer("Host: h\r\nConnection: close\r\n\r\n", 30)};
    co_await asio::async_write(stream, pieces, use_awaitable);
    error_code ec;
    std::array<char, 512> room{};
    while (!ec) {
        const std::size_t bytes =
            co_await stream.async_read_some(asio::buffer(room), asio::redirect_error(use_awaitable, ec));
        out.answer.append(room.data(), bytes);
    }
    BOOST_TEST((ec == asio::error::eof));
    BOOST_TEST((stream.look() == net::seen::gone));
    co_await stream.async_shutdown(use_awaitable);
    stream.close();
    co_await stream.async_read_some(asio::buffer(room), asio::redirect_error(use_awaitable, ec));
    BOOST_TEST((ec == asio::error::operation_aborted));
}

attempt try_as(std::uint16_t port, const certificates& trusted, const std::string& host) {
    asio::io_context loop{1};
    attempt out;
    std::exception_ptr failed;
    awaitable<void> work = talk(port, net::make_client_tls(trusted.ca_file()), host, out);
    asio::co_spawn(loop, std::move(work), [&failed](const std::exception_ptr& error) { failed = error; });
    loop.run();
    if (failed) std::rethrow_exception(failed);
    return out;
}

std::string reason_of(const error_code& ec) {
    return ec.message();
}

} // namespace

BOOST_AUTO_TEST_SUITE(net_tls)

BOOST_AUTO_TEST_CASE(files_that_do_not_serve_are_named) {
    const certificates& good = certificates::shared();
    const certificates other;
    BOOST_TEST(sentence_of(good.chain_file(), good.key_file()).empty());
    const std::string missing = sentence_of("/nowhere/chain.pem", good.key_file());
    BOOST_TEST(missing == "cannot read the certificate chain /nowhere/chain.pem: No such file or directory");
    BOOST_TEST(sentence_of(good.chain_file(), "/nowhere/key").find("/nowhere/key") != std::string::npos);
    BOOST_TEST(sentence_of(good.chain_file(), other.key_file()).find("key values mismatch") !=
               std::string::npos);
    const std::string empty = good.folder() / "empty.pem";
    std::ofstream(empty) << "nothing\n";
    BOOST_TEST(sentence_of(empty, good.key_file()).find(empty) != std::string::npos);
    BOOST_CHECK_THROW(net::make_client_tls("/nowhere/ca.pem"), std::runtime_error);
    BOOST_CHECK_THROW(net::make_client_tls(empty), std::runtime_error);
    BOOST_TEST(ERR_peek_error() == 0UL);
}

BOOST_AUTO_TEST_CASE(our_own_client_verifies_name_and_chain) {
    front_fixture front;
    for (const char* host : {"localhost", "127.0.0.1"}) {
        const attempt good = try_as(front.port(), certificates::shared(), host);
        BOOST_TEST(!good.handshake);
        BOOST_TEST(good.answer.starts_with("HTTP/1.1 200 OK\r\n"));
        BOOST_TEST(good.answer.ends_with("\r\n\r\nopen /open"));
    }
    BOOST_TEST(reason_of(try_as(front.port(), certificates::shared(), "example.org").handshake)
                   .find("certificate verify failed") != std::string::npos);
    BOOST_TEST(!!try_as(front.port(), certificates::shared(), "127.0.0.2").handshake);
    const certificates strangers;
    BOOST_TEST(!!try_as(front.port(), strangers, "localhost").handshake);
}

BOOST_AUTO_TEST_CASE(both_versions_and_no_older_one) {
    front_fixture front;
    BOOST_TEST(test::tls_client(front.port(), TLS1_2_VERSION).protocol() == "TLSv1.2");
    BOOST_TEST(test::tls_client(front.port(), TLS1_3_VERSION).protocol() == "TLSv1.3");
    BOOST_TEST(test::tls_client(front.port()).protocol() == "TLSv1.3");
    BOOST_CHECK_THROW(test::tls_client(front.port(), TLS1_1_VERSION), std::runtime_error);
    BOOST_TEST(front.wait_for_connections(0));
}

BOOST_AUTO_TEST_CASE(nobody_renegotiates) {
    front_fixture front;
    test::tls_client client(front.port(), TLS1_2_VERSION);
    BOOST_TEST(!client.renegotiate());
    BOOST_TEST(test::tls_client(front.port()).ask("GET /open HTTP/1.1\r\nHost: h\r\n\r\n").status == 200U);
}

BOOST_AUTO_TEST_CASE(only_suites_with_forward_secrecy_and_aead) {
    const net::tls_context made =
        net::make_server_tls({certificates::shared().chain_file(), certificates::shared().key_file()});
    STACK_OF(SSL_CIPHER)* const suites = SSL_CTX_get_ciphers(made.get());
    BOOST_TEST_REQUIRE(sk_SSL_CIPHER_num(suites) > 0);
    for (int i = 0; i < sk_SSL_CIPHER_num(suites); ++i) {
        const SSL_CIPHER* const one = sk_SSL_CIPHER_value(suites, i);
        const int exchange = SSL_CIPHER_get_kx_nid(one);
        BOOST_TEST_CONTEXT(SSL_CIPHER_get_name(one)) {
            BOOST_TEST(SSL_CIPHER_is_aead(one) == 1);
            BOOST_TEST((exchange == NID_kx_ecdhe || exchange == NID_kx_any)); // any: TLS 1.3
        }
    }
}

BOOST_AUTO_TEST_CASE(a_write_to_a_peer_that_went_is_an_error_and_no_signal) {
    front_fixture front;
    test::tls_client client(front.port());
    client.send("GET /busy HTTP/1.1\r\nHost: h\r\n\r\n");
    BOOST_TEST_REQUIRE(front.events.wait_for("parked", 1));
    client.close();
    front.ring();
    BOOST_TEST(front.wait_for_connections(0));
}

BOOST_AUTO_TEST_SUITE_END()
