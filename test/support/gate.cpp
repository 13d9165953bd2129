#include "test/support/gate.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <array>
#include <exception>
#include <future>
#include <utility>

namespace holdfast::test {
namespace {

asio::ip::tcp::endpoint local(std::uint16_t port) {
    return {asio::ip::address_v4::loopback(), port};
}

} // namespace

void gate::link::reset() {
    for (socket* each : {&client, &server}) {
        error_code ignored; // of one that is closed already
        each->set_option(asio::socket_base::linger(true, 0), ignored);
        each->close(ignored);
    }
}

gate::gate(std::uint16_t server) : gate(asio::generic::stream_protocol::endpoint(local(server))) {}

gate::gate(const std::string& server_socket)
    : gate(asio::generic::stream_protocol::endpoint(asio::local::stream_protocol::endpoint(server_socket))) {}

gate::gate(asio::generic::stream_protocol::endpoint server)
    : server_(std::move(server)),
      acceptor_(context_, local(0)),
      port_(acceptor_.local_endpoint().port()),
      changed_(context_, steady_clock::time_point::max()) {
    spawn(receive());
    thread_ = std::thread([this] { context_.run(); });
}

gate::~gate() {
    on_thread([this] {
        error_code ignored;
        acceptor_.close(ignored);
        way_ = {.cut = true};
        each_link([](link& l) { l.reset(); });
        changed_.cancel();
    });
    thread_.join();
}

void gate::spawn(awaitable<void> what) {
    asio::co_spawn(context_, std::move(what), [](const std::exception_ptr& failed) {
        if (failed) std::rethrow_exception(failed);
    });
}

void gate::on_thread(const std::function<void()>& what) {
    std::packaged_task<void()> task(what);
    asio::post(context_, [&task] { task(); });
    task.get_future().get();
}

void gate::each_link(const std::function<void(link&)>& what) {
    for (const auto& each : links_)
        if (const auto standing = each.lock()) what(*standing);
}

void gate::become(way next) {
    on_thread([this, next] {
        way_ = next;
        if (way_.cut) each_link([](link& l) { l.reset(); });
        changed_.cancel();
    });
}

void gate::tear() {
    on_thread([this] { each_link([](link& l) { l.torn = true; }); });
}

awaitable<void> gate::receive() {
    for (;;) {
        const auto fresh = std::make_shared<link>(context_.get_executor());
        error_code closed;
        co_await acceptor_.async_accept(fresh->client, asio::redirect_error(use_awaitable, closed));
        if (closed) co_return;
        std::erase_if(links_, [](const std::weak_ptr<link>& each) { return each.expired(); });
        links_.push_back(fresh);
        if (way_.cut)
            fresh->reset();
        else
            spawn(join(fresh));
    }
}

awaitable<void> gate::join(std::shared_ptr<link> fresh) {
    error_code ec;
    co_await fresh->server.async_connect(server_, asio::redirect_error(use_awaitable, ec));
    if (ec || way_.cut) {
        fresh->reset();
        co_return;
    }
    spawn(pump(fresh, false));
    co_await pump(std::move(fresh), true);
}

// Ends with one direction: its end is passed on, anything worse ends both.
awaitable<void> gate::pump(std::shared_ptr<link> over, bool answers) {
    socket& from = answers ? over->server : over->client;
    socket& to = answers ? over->client : over->server;
    std::array<char, piece_bytes> room;
    error_code ec;
    while (!ec) {
        const auto space = asio::buffer(room.data(), way_.bytes_max);
        const std::size_t got = co_await from.async_read_some(space, asio::redirect_error(use_awaitable, ec));
        co_await passage(answers);
        if (ec) break;
        const bool tears = answers && over->torn;
        const auto piece = asio::buffer(room.data(), tears ? got / 2 : got);
        co_await asio::async_write(to, piece, asio::redirect_error(use_awaitable, ec));
        if (tears) ec = asio::error::connection_reset;
    }
    if (ec != asio::error::eof) co_return over->reset();
    error_code ignored; // the other side has gone too
    to.shutdown(socket::shutdown_send, ignored);
}

awaitable<void> gate::passage(bool answers) {
    error_code rang;
    while (answers ? way_.answers_held : way_.requests_held)
        co_await changed_.async_wait(asio::redirect_error(use_awaitable, rang));
    if (way_.pause.count() == 0) co_return;
    steady_timer pause(context_.get_executor(), way_.pause);
    co_await pause.async_wait(asio::redirect_error(use_awaitable, rang));
}

} // namespace holdfast::test
