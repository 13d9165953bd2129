// Accepts the connections of one shard and knows all of them. Everything here is for the shard's thread.
#pragma once

#include "domain/async.hpp"
#include "net/front.hpp"
#include "net/tls_context.hpp"
#include "net/tls_stream.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstddef>
#include <functional>
#include <list>
#include <string>
#include <utility>
#include <vector>

namespace holdfast::net {

// Made after the io_context, the router, the authenticator and the deadlines, destroyed before them. Ignores
// SIGPIPE for the process, because OpenSSL writes with write(2).
class listener {
public:
    listener(executor where, tls_context tls, const front_parts& parts);
    listener(const listener&) = delete;
    listener& operator=(const listener&) = delete;
    ~listener();

    // "host:port" or "[IPv6]:port"; port 0 takes a free one. SO_REUSEPORT, so that every shard can open the
    // same address; IPv6 sockets take no IPv4. Resolves names synchronously. Throws std::runtime_error that
    // names it.
    void open(const std::string& address);

    // Throws std::runtime_error when somebody listens there: who shares SO_REUSEPORT gets a part of the
    // connections, and nobody would notice. To be asked before the first open().
    static void require_free(executor where, const std::string& address);

    // Accepts at a TCP socket that somebody else opened and listens at; several shards may. It stays theirs
    // to close: who connects while nobody accepts waits for the next who does. Throws std::runtime_error.
    void adopt(int descriptor);

    [[nodiscard]] std::vector<asio::ip::tcp::endpoint> endpoints() const;

    // Begins to accept.
    void start();

    // Connections accepted from now on use these settings.
    void use(tls_context tls) { front_.tls = std::move(tls); }

    // Stops accepting, calls `on_drain` (which rings the parked polls), closes idle connections; replies from
    // now on say "Connection: close". After limits::drain_grace the rest is closed. Then nothing of this
    // listener keeps io_context::run() from returning. Once only.
    void drain(const std::function<void()>& on_drain);

    [[nodiscard]] std::size_t connections() const { return front_.size(); }

    [[nodiscard]] bool draining() const { return front_.draining(); }

private:
    using acceptor = asio::basic_socket_acceptor<asio::ip::tcp, executor>;

    struct door {
        door(acceptor from, steady_timer timer) : accepting(std::move(from)), pause(std::move(timer)) {}

        acceptor accepting;
        steady_timer pause; // until there is room again, or descriptors, or the end
    };

    awaitable<void> accept_at(door& one);
    void admit(tcp_socket peer);
    void one_left();

    executor where_;
    front front_;
    std::list<door> doors_;
    steady_timer grace_;
};

} // namespace holdfast::net
