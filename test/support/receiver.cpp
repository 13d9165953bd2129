#include "test/support/receiver.hpp"

#include "test/support/exchanges.hpp"
#include "test/support/tls.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

#include <chrono>
#include <csignal>
#include <stdexcept>

namespace holdfast::test {
namespace {

namespace http = boost::beast::http;
using asio::ip::tcp;

constexpr std::chrono::seconds patience{60};

// A connection that breaks is the caller's business.
void ignore(const std::exception_ptr&) {}

} // namespace

receiver::receiver(answer_rule rule)
    : rule_(std::move(rule)),
      tls_(net::make_server_tls({certificates::shared().chain_file(), certificates::shared().key_file()})),
      acceptor_(loop_.get_executor(), {asio::ip::address_v4::loopback(), 0}) {
    std::signal(SIGPIPE, SIG_IGN);
    auto work = accept_all();
    asio::co_spawn(loop_, std::move(work), ignore);
    thread_ = std::thread([this] { loop_.run(); });
}

receiver::~receiver() {
    loop_.stop();
    thread_.join();
}

std::string receiver::url() const {
    return "https://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()) + "/hooks/holdfast";
}

std::vector<receiver::call> receiver::wait_for(std::size_t calls) {
    std::unique_lock lock(guard_);
    if (!came_.wait_for(lock, patience, [&] { return calls_.size() >= calls; }))
        throw std::runtime_error(std::to_string(calls_.size()) + " calls instead of " +
                                 std::to_string(calls));
    return calls_;
}

awaitable<void> receiver::accept_all() {
    for (;;) {
        net::tcp_socket socket(loop_.get_executor());
        co_await acceptor_.async_accept(socket, use_awaitable);
        net::tls_stream stream(std::move(socket), tls_);
        auto work = serve(std::move(stream));
        asio::co_spawn(loop_, std::move(work), ignore);
    }
}

awaitable<void> receiver::serve(net::tls_stream stream) {
    co_await stream.async_handshake(use_awaitable);
    boost::beast::flat_buffer unread;
    for (;;) {
        http::request_parser<http::string_body> parser;
        co_await http::async_read(stream, unread, parser, use_awaitable);
        const auto& asked = parser.get();
        const auto text = [&asked](const char* name) { return std::string(asked[name]); };
        const unsigned status =
            take({std::string(asked.target()), text("X-Holdfast-Event"), text("X-Holdfast-Timestamp"),
                  text("X-Holdfast-Signature"), asked.body(), 0});
        const std::string answer =
            "HTTP/1.1 " + std::to_string(status) + " As Asked\r\nContent-Length: 0\r\n\r\n";
        co_await asio::async_write(stream, asio::buffer(answer), use_awaitable);
    }
}

unsigned receiver::take(call got) {
    note_event({{"X-Holdfast-Event", got.event},
                {"X-Holdfast-Timestamp", got.timestamp},
                {"X-Holdfast-Signature", got.signature}},
               got.body);
    const std::lock_guard lock(guard_);
    got.answered = rule_ ? rule_(got, calls_.size()) : 204;
    calls_.push_back(std::move(got));
    came_.notify_all();
    return calls_.back().answered;
}

} // namespace holdfast::test
