// A TCP gate: it stands between clients and a server of this machine and makes the way between them bad. It
// works on a thread of its own; the functions can be called from any other and hold when they return.
#pragma once

#include "domain/async.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace holdfast::test {

class gate {
public:
    explicit gate(std::uint16_t server);             // a port
    explicit gate(const std::string& server_socket); // a unix socket
    ~gate();                                         // resets everybody
    gate(const gate&) = delete;
    gate& operator=(const gate&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }

    // What happens from now on, to connections that stand and to new ones, until another of these is called.
    void open() { become({}); } // all passes, also what was held

    void cut() { become({.cut = true}); } // reset

    void hold() { become({.requests_held = true, .answers_held = true}); } // silent, not closed

    void hold_answers() { become({.answers_held = true}); }

    void slow(std::size_t bytes, std::chrono::milliseconds pause) { // so many at a time, each after the pause
        become({.bytes_max = bytes, .pause = pause});
    }

    // Each connection that stands is reset in the middle of what it is answered next.
    void tear();

private:
    using socket = asio::basic_stream_socket<asio::generic::stream_protocol, executor>;
    using acceptor = asio::basic_socket_acceptor<asio::ip::tcp, executor>;

    static constexpr std::size_t piece_bytes = 16'384;

    struct way {
        bool cut = false;
        bool requests_held = false;
        bool answers_held = false;
        std::size_t bytes_max = piece_bytes;
        std::chrono::milliseconds pause{0};
    };

    struct link {
        explicit link(executor where) : client(where), server(where) {}

        void reset();

        socket client;
        socket server;
        bool torn = false;
    };

    explicit gate(asio::generic::stream_protocol::endpoint server);

    awaitable<void> receive();
    awaitable<void> join(std::shared_ptr<link> fresh);
    awaitable<void> pump(std::shared_ptr<link> over, bool answers);
    awaitable<void> passage(bool answers);
    void spawn(awaitable<void> what);
    void become(way next);
    void on_thread(const std::function<void()>& what);
    void each_link(const std::function<void(link&)>& what);

    asio::io_context context_{1};
    asio::generic::stream_protocol::endpoint server_;
    acceptor acceptor_;
    std::uint16_t port_;
    way way_;
    steady_timer changed_; // rings when the way is another
    std::vector<std::weak_ptr<link>> links_;
    std::thread thread_;
};

} // namespace holdfast::test
