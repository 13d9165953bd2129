#include "net/tls_stream.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/system/system_error.hpp>
#include <climits>
#include <openssl/err.h>

#include <array>
#include <cerrno>
#include <new>

namespace holdfast::net {
namespace {

// SSL_ERROR_SYSCALL and the error queue must not report what an earlier call left behind.
void forget_errors() {
    ERR_clear_error();
    errno = 0;
}

} // namespace

tls_stream::tls_stream(tcp_socket socket, const tls_context& settings)
    : socket_(std::move(socket)), ssl_(SSL_new(settings.get())) {
    socket_.non_blocking(true);
    if (!ssl_ || SSL_set_fd(ssl_.get(), socket_.native_handle()) != 1) throw std::bad_alloc();
    SSL_set_accept_state(ssl_.get());
}

tls_stream::tls_stream(tcp_socket socket, const tls_context& settings, const std::string& host)
    : tls_stream(std::move(socket), settings) {
    error_code not_an_address;
    asio::ip::make_address(host, not_an_address);
    SSL_set_connect_state(ssl_.get());
    const bool good = not_an_address
                          ? SSL_set_tlsext_host_name(ssl_.get(), host.c_str()) == 1 &&
                                SSL_set1_host(ssl_.get(), host.c_str()) == 1
                          : X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl_.get()), host.c_str()) == 1;
    if (!good) throw std::bad_alloc();
}

seen tls_stream::look() {
    if (broken_ || !socket_.is_open()) return seen::gone;
    forget_errors();
    char byte = 0;
    std::size_t bytes = 0;
    const int peeked = SSL_peek_ex(ssl_.get(), &byte, 1, &bytes);
    const outcome got = judge(peeked, bytes);
    if (got.wants != need::nothing) return seen::nothing;
    return got.ec ? seen::gone : seen::data;
}

void tls_stream::discard(error_code& ec) {
    const std::span<char> room = scratch();
    socket_.read_some(asio::buffer(room.data(), room.size()), ec);
    if (ec == asio::error::would_block) ec = {};
}

void tls_stream::close() {
    error_code ignored; // there is nobody left to tell
    socket_.close(ignored);
}

std::span<char> tls_stream::scratch() {
    thread_local std::array<char, record_bytes_max> room;
    return room;
}

// Every step asks for the open socket first: after close() the descriptor's number may be someone else's.
tls_stream::outcome tls_stream::handshake() {
    if (!usable()) return {asio::error::operation_aborted};
    forget_errors();
    return judge(SSL_do_handshake(ssl_.get()), 0);
}

tls_stream::outcome tls_stream::shutdown() {
    if (!usable() || SSL_is_init_finished(ssl_.get()) == 0) return {};
    forget_errors();
    const int sent = SSL_shutdown(ssl_.get());
    return sent >= 0 ? outcome{} : judge(sent, 0);
}

tls_stream::outcome tls_stream::read(asio::mutable_buffer into) {
    if (!usable()) return {asio::error::operation_aborted};
    forget_errors();
    std::size_t bytes = 0;
    const int returned = SSL_read_ex(ssl_.get(), into.data(), into.size(), &bytes);
    return judge(returned, bytes);
}

tls_stream::outcome tls_stream::write(asio::const_buffer from) {
    if (!usable()) return {asio::error::operation_aborted};
    if (from.size() == 0) return {};
    forget_errors();
    std::size_t bytes = 0;
    const int returned = SSL_write_ex(ssl_.get(), from.data(), from.size(), &bytes);
    return judge(returned, bytes);
}

tls_stream::outcome tls_stream::judge(int returned, std::size_t bytes) {
    if (returned > 0) return {{}, bytes};
    const int system_error = errno;
    switch (SSL_get_error(ssl_.get(), returned)) {
    case SSL_ERROR_WANT_READ: return {{}, 0, need::readable};
    case SSL_ERROR_WANT_WRITE: return {{}, 0, need::writable};
    case SSL_ERROR_ZERO_RETURN: return {asio::error::eof};
    case SSL_ERROR_SYSCALL:
        broken_ = true;
        if (system_error == 0) return {asio::error::eof};
        return {error_code(system_error, boost::system::system_category())};
    default: {
        broken_ = true;
        const unsigned long error = ERR_get_error();
        if (error == 0) return {asio::error::eof};
        return {error_code(static_cast<int>(error), asio::error::get_ssl_category())};
    }
    }
}

} // namespace holdfast::net
