// TLS on a socket's own descriptor: OpenSSL reads and writes it, Asio only waits for readiness. It holds no
// buffers of its own, which is what makes a waiting connection cheap. An AsyncReadStream and AsyncWriteStream
// for Beast and asio::async_write. One thread. At most one read, one write and any number of waits on
// socket() at a time. SIGPIPE must be ignored.
#pragma once

#include "domain/async.hpp"
#include "net/tls_context.hpp"

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/compose.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

namespace holdfast::net {

using tcp_socket = asio::basic_stream_socket<asio::ip::tcp, executor>;

enum class seen { nothing, gone, data };

class tls_stream {
public:
    using executor_type = executor;

    // A server's end; the socket is connected. Throws std::bad_alloc, or system_error for a dead descriptor.
    tls_stream(tcp_socket socket, const tls_context& settings);

    // A client's end: sends `host` as SNI (unless it is an address) and requires the certificate to be for
    // it.
    tls_stream(tcp_socket socket, const tls_context& settings, const std::string& host);

    [[nodiscard]] executor_type get_executor() { return socket_.get_executor(); }

    [[nodiscard]] tcp_socket& socket() { return socket_; }

    [[nodiscard]] SSL* native_handle() { return ssl_.get(); }

    // One SSL_peek. Never blocks, consumes nothing, costs no allocation. A closed socket is gone.
    [[nodiscard]] seen look();

    // Bytes were taken from the socket that no read has returned yet: waiting for the socket would miss them.
    [[nodiscard]] bool has_buffered() const { return SSL_has_pending(ssl_.get()) != 0; }

    // Reads what is there past OpenSSL and throws it away; for a stream that only waits to be closed. `ec` is
    // set at the end of file or on an error, not for want of bytes.
    void discard(error_code& ec);

    // Operations that wait end with operation_aborted. No close_notify.
    void close();

    // Completion: void(error_code). A refused certificate is an error of the ssl category.
    template <class Token> auto async_handshake(Token&& token) {
        return start<void(error_code)>(handshake_step{}, std::forward<Token>(token));
    }

    // Sends close_notify, does not wait for the peer's; nothing after a failed operation. Completion:
    // void(error_code).
    template <class Token> auto async_shutdown(Token&& token) {
        return start<void(error_code)>(shutdown_step{}, std::forward<Token>(token));
    }

    // Completion: void(error_code, std::size_t). close_notify and end of file are asio::error::eof.
    template <class Buffers, class Token> auto async_read_some(const Buffers& into, Token&& token) {
        return start<void(error_code, std::size_t)>(read_step<Buffers>{into}, std::forward<Token>(token));
    }

    // Writes one record at most. Completion: void(error_code, std::size_t).
    template <class Buffers, class Token> auto async_write_some(const Buffers& from, Token&& token) {
        return start<void(error_code, std::size_t)>(write_step<Buffers>{from}, std::forward<Token>(token));
    }

private:
    enum class need { nothing, readable, writable };

    struct outcome {
        error_code ec;
        std::size_t bytes = 0;
        need wants = need::nothing;
    };

    struct handshake_step {
        outcome operator()(tls_stream& s) const { return s.handshake(); }
    };

    struct shutdown_step {
        outcome operator()(tls_stream& s) const { return s.shutdown(); }
    };

    template <class Buffers> struct read_step {
        Buffers into;

        outcome operator()(tls_stream& s) const {
            for (auto at = asio::buffer_sequence_begin(into); at != asio::buffer_sequence_end(into); ++at) {
                const asio::mutable_buffer one(*at);
                if (one.size() != 0) return s.read(one);
            }
            return {};
        }
    };

    template <class Buffers> struct write_step {
        Buffers from;

        outcome operator()(tls_stream& s) const {
            const auto begin = asio::buffer_sequence_begin(from);
            if (begin == asio::buffer_sequence_end(from)) return {};
            const asio::const_buffer first(*begin);
            if (first.size() == asio::buffer_size(from) || first.size() >= record_bytes_max)
                return s.write(first);
            const std::span<char> room = scratch(); // several small buffers become one record
            return s.write(
                asio::buffer(room.data(), asio::buffer_copy(asio::buffer(room.data(), room.size()), from)));
        }
    };

    static constexpr std::size_t record_bytes_max = 16384;

    // One step after another until it succeeds or fails. Never completes inside of the initiating call.
    template <class Signature, class Step> struct operation;

    template <class Signature, class Step, class Token> auto start(Step step, Token&& token) {
        return asio::async_compose<Token, Signature>(operation<Signature, Step>{*this, std::move(step)},
                                                     token, socket_);
    }

    [[nodiscard]] bool usable() const { return socket_.is_open() && !broken_; }

    static std::span<char> scratch(); // of this thread, record_bytes_max long

    outcome handshake();
    outcome shutdown();
    outcome read(asio::mutable_buffer into);
    outcome write(asio::const_buffer from);
    outcome judge(int returned, std::size_t bytes);

    struct release {
        void operator()(SSL* ssl) const { SSL_free(ssl); }
    };

    tcp_socket socket_;
    std::unique_ptr<SSL, release> ssl_;
    bool broken_ = false; // OpenSSL forbids further calls after a fatal error
};

template <class Signature, class Step> struct tls_stream::operation {
    tls_stream& stream;
    Step step;

    enum : unsigned char { fresh, waiting, posted } state = fresh;

    outcome got{};

    template <class Self> void operator()(Self& self, error_code ec = {}) {
        if (state == posted) return finish(self);
        got = ec ? outcome{ec} : step(stream);
        switch (got.wants) {
        case need::readable: return wait(self, tcp_socket::wait_read);
        case need::writable: return wait(self, tcp_socket::wait_write);
        case need::nothing: break;
        }
        if (state == waiting) return finish(self);
        state = posted;
        asio::post(stream.get_executor(), std::move(self));
    }

private:
    template <class Self> void wait(Self& self, tcp_socket::wait_type what) {
        state = waiting;
        stream.socket_.async_wait(what, std::move(self));
    }

    template <class Self> void finish(Self& self) {
        if constexpr (std::is_same_v<Signature, void(error_code)>)
            self.complete(got.ec);
        else
            self.complete(got.ec, got.bytes);
    }
};

} // namespace holdfast::net
