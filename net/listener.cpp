#include "net/listener.hpp"

#include "domain/log.hpp"
#include "net/connection.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/v6_only.hpp>

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <stdexcept>
#include <sys/socket.h>

namespace holdfast::net {
namespace {

using tcp = asio::ip::tcp;
using acceptor = asio::basic_socket_acceptor<tcp, executor>;
using reuse_port = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

constexpr int backlog_max = 4096; // the kernel cuts it to net.core.somaxconn

std::pair<std::string, std::string> split(const std::string& address) {
    const std::size_t colon = address.rfind(':');
    if (colon == std::string::npos || colon + 1 == address.size())
        throw std::runtime_error("listen address " + address + ": expected host:port");
    std::string host = address.substr(0, colon);
    if (host.size() >= 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
    return {std::move(host), address.substr(colon + 1)};
}

[[noreturn]] void refuse(const std::string& address, const error_code& why) {
    throw std::runtime_error("listen address " + address + ": " + why.message());
}

std::vector<tcp::endpoint> resolve(executor where, const std::string& address) {
    const auto [host, port] = split(address);
    error_code ec;
    const auto found = tcp::resolver(where).resolve(host, port, tcp::resolver::passive, ec);
    if (ec) refuse(address, ec);
    return {found.begin(), found.end()};
}

// Does not listen yet. `shared`: with others that share it too.
acceptor bound(executor where, const tcp::endpoint& at, bool shared, error_code& ec) {
    acceptor made(where);
    made.open(at.protocol(), ec);
    if (!ec) made.set_option(asio::socket_base::reuse_address(true), ec);
    if (!ec && shared) made.set_option(reuse_port(true), ec);
    if (!ec && at.address().is_v6()) made.set_option(asio::ip::v6_only(true), ec);
    if (!ec) made.bind(at, ec);
    return made;
}

// Accepting has to pause: the process or the system has run out of something.
bool is_starved(const error_code& ec) {
    return ec == asio::error::no_descriptors || ec == asio::error::no_memory ||
           ec == asio::error::no_buffer_space || ec == boost::system::errc::too_many_files_open_in_system;
}

} // namespace

listener::listener(executor where, tls_context tls, const front_parts& parts)
    : where_(where), front_(parts), grace_(where) {
    front_.tls = std::move(tls);
    std::signal(SIGPIPE, SIG_IGN);
    front_.left = [this] { one_left(); };
}

listener::~listener() = default;

void listener::open(const std::string& address) {
    error_code ec;
    for (const tcp::endpoint& at : resolve(where_, address)) {
        acceptor made = bound(where_, at, true, ec);
        if (!ec) made.listen(backlog_max, ec);
        if (ec) refuse(address, ec);
        doors_.emplace_back(std::move(made), steady_timer(where_));
    }
}

void listener::require_free(executor where, const std::string& address) {
    error_code ec;
    for (const tcp::endpoint& at : resolve(where, address)) {
        bound(where, at, false, ec);
        if (ec) refuse(address, ec);
    }
}

void listener::adopt(int descriptor) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    error_code ec;
    if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) != 0)
        ec = error_code(errno, boost::system::system_category());
    const bool v6 = address.ss_family == AF_INET6;
    if (!ec && !v6 && address.ss_family != AF_INET) ec = asio::error::address_family_not_supported;
    const int own = ec ? -1 : ::fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
    if (!ec && own < 0) ec = error_code(errno, boost::system::system_category());
    if (!ec) {
        acceptor made(where_, v6 ? asio::ip::tcp::v6() : asio::ip::tcp::v4(), own);
        doors_.emplace_back(std::move(made), steady_timer(where_));
    }
    if (ec) throw std::runtime_error("the socket that was passed on can't be used: " + ec.message());
}

std::vector<asio::ip::tcp::endpoint> listener::endpoints() const {
    std::vector<asio::ip::tcp::endpoint> out;
    for (const door& one : doors_) out.push_back(one.accepting.local_endpoint());
    return out;
}

void listener::start() {
    for (door& one : doors_) {
        awaitable<void> work = accept_at(one);
        asio::co_spawn(where_, std::move(work), [](const std::exception_ptr& failed) {
            if (failed) std::rethrow_exception(failed);
        });
    }
}

awaitable<void> listener::accept_at(door& one) {
    const limits& bounds = front_.parts.bounds;
    while (one.accepting.is_open()) {
        error_code ec;
        if (front_.size() >= bounds.connections_max) {
            one.pause.expires_at(steady_clock::time_point::max());
            co_await one.pause.async_wait(asio::redirect_error(use_awaitable, ec));
            continue;
        }
        tcp_socket peer(where_);
        co_await one.accepting.async_accept(peer, asio::redirect_error(use_awaitable, ec));
        if (!ec) {
            admit(std::move(peer));
        } else if (is_starved(ec) && one.accepting.is_open()) {
            log::warning("accepting pauses", {{"cause", ec.message()}, {"connections", front_.size()}});
            one.pause.expires_after(bounds.accept_pause);
            co_await one.pause.async_wait(asio::redirect_error(use_awaitable, ec));
        }
    }
}

void listener::admit(tcp_socket peer) {
    error_code gone_already;
    const asio::ip::address remote = peer.remote_endpoint(gone_already).address();
    if (front_.callers.turns_away(remote, steady_clock::now())) return; // which closes it
    try {
        connection::start(front_, std::move(peer), remote, front_.tls);
    } catch (const std::exception& error) { // out of memory for this one; those there are go on
        log::error("a connection could not be set up", {{"cause", error.what()}});
    }
}

void listener::one_left() {
    if (front_.draining() && front_.size() == 0) grace_.cancel();
    if (front_.size() < front_.parts.bounds.connections_max)
        for (door& one : doors_) one.pause.cancel();
}

void listener::drain(const std::function<void()>& on_drain) {
    for (door& one : doors_) {
        error_code ignored; // it is closed either way
        one.accepting.close(ignored);
        one.pause.cancel();
    }
    front_.drain();
    if (on_drain) on_drain();
    front_.parts.clock.end_when_empty();
    if (front_.size() == 0) return;
    grace_.expires_after(front_.parts.bounds.drain_grace);
    grace_.async_wait([this](error_code ec) {
        if (ec) return;
        log::warning("connections cut at the end of the grace", {{"connections", front_.size()}});
        front_.cut();
    });
}

} // namespace holdfast::net
