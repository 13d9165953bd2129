#include "net/client/https_client.hpp"

#include "net/tls_stream.hpp"

#include <boost/asio/ip/basic_resolver.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

#include <optional>

namespace holdfast::net {

namespace http = boost::beast::http;
using tcp = asio::ip::tcp;
using resolver = asio::ip::basic_resolver<tcp, executor>;

// Everything of one connection, shared with the timer that ends it: a timer's completion may come late.
struct https_client::link {
    explicit link(executor where) : names(where), socket(where) {}

    resolver names;
    tcp_socket socket; // until the handshake, then inside of stream
    std::optional<tls_stream> stream;
    boost::beast::flat_buffer unread;
    steady_clock::time_point ends = steady_clock::time_point::max();
    bool expired = false;
    bool closed = false;

    void close() {
        closed = true;
        names.cancel();
        error_code ignored; // there is nobody left to tell
        socket.close(ignored);
        if (stream) stream->close();
    }
};

namespace {

bool same_name(std::string_view a, std::string_view b) {
    return boost::beast::iequals({a.data(), a.size()}, {b.data(), b.size()});
}

bool has(const header_list& headers, std::string_view name) {
    for (const auto& each : headers)
        if (same_name(each.first, name)) return true;
    return false;
}

} // namespace

std::string_view response::header(std::string_view name) const {
    for (const auto& [each, value] : headers)
        if (same_name(each, name)) return value;
    return {};
}

https_client::https_client(executor where, tls_context tls, server_url server)
    : where_(where), tls_(std::move(tls)), server_(std::move(server)), timer_(where) {}

https_client::~https_client() {
    close();
}

void https_client::close() {
    timer_.cancel();
    if (link_) std::exchange(link_, nullptr)->close();
}

void https_client::watch(const std::shared_ptr<link>& guarded, steady_clock::duration deadline) {
    guarded->ends = steady_clock::now() + deadline;
    timer_.expires_at(guarded->ends);
    timer_.async_wait([weak = std::weak_ptr<link>(guarded)](error_code ec) {
        const std::shared_ptr<link> late = weak.lock();
        // A completion that was on its way when the next request set a later end is not for that one.
        if (ec || !late || steady_clock::now() < late->ends) return;
        late->expired = true;
        late->close();
    });
}

failure https_client::broken(const link& which, std::string_view doing, const error_code& ec) const {
    std::string text(doing);
    text += " " + server_.authority + ": ";
    text += which.expired ? "no answer in time" : which.closed ? "closed" : ec.message();
    return failure{errc::unavailable, std::move(text)};
}

// The first that can be connected to, or why the last one can't. A source address rules out those of the
// other family.
awaitable<error_code> https_client::reach(link& fresh, const std::vector<tcp::endpoint>& ends) const {
    error_code ec = asio::error::host_unreachable;
    for (const tcp::endpoint& end : ends) {
        if (!source_.is_unspecified() && source_.is_v4() != end.address().is_v4()) continue;
        error_code ignored; // of one that is not open
        fresh.socket.close(ignored);
        fresh.socket.open(end.protocol(), ec);
        if (!ec && !source_.is_unspecified()) fresh.socket.bind({source_, 0}, ec);
        if (!ec) co_await fresh.socket.async_connect(end, asio::redirect_error(use_awaitable, ec));
        if (!ec || fresh.closed) break;
    }
    co_return ec;
}

awaitable<result<void>> https_client::connect(std::shared_ptr<link> fresh) {
    error_code ec;
    std::vector<tcp::endpoint> ends;
    const asio::ip::address address = asio::ip::make_address(server_.host, ec);
    if (!ec) {
        ends.emplace_back(address, static_cast<std::uint16_t>(std::stoul(server_.port)));
    } else {
        const auto found = co_await fresh->names.async_resolve(server_.host, server_.port,
                                                               asio::redirect_error(use_awaitable, ec));
        if (ec || fresh->closed) co_return broken(*fresh, "cannot find", ec);
        for (const auto& each : found) ends.push_back(each.endpoint());
    }
    ec = co_await reach(*fresh, ends);
    if (ec || fresh->closed) co_return broken(*fresh, "cannot connect to", ec);
    fresh->socket.set_option(tcp::no_delay(true), ec);
    fresh->stream.emplace(std::move(fresh->socket), tls_, server_.host);
    co_await fresh->stream->async_handshake(asio::redirect_error(use_awaitable, ec));
    if (ec) co_return broken(*fresh, "no TLS with", ec);
    co_return done;
}

awaitable<result<response>> https_client::exchange(std::shared_ptr<link> over, std::string message) {
    error_code ec;
    co_await asio::async_write(*over->stream, asio::buffer(message), asio::redirect_error(use_awaitable, ec));
    if (ec) co_return broken(*over, "cannot send to", ec);
    http::response_parser<http::string_body> parser;
    parser.body_limit(body_bytes_max);
    co_await http::async_read(*over->stream, over->unread, parser, asio::redirect_error(use_awaitable, ec));
    if (ec) co_return broken(*over, "no answer from", ec);
    response out;
    out.status = parser.get().result_int();
    for (const auto& field : parser.get())
        out.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
    if (!parser.keep_alive()) over->close();
    out.body = std::move(parser.get().body());
    co_return out;
}

std::string https_client::compose(verb method, std::string_view target, const header_list& headers,
                                  const std::string& body) const {
    std::string out;
    out.reserve(512 + body.size());
    const auto add = [&out](std::string_view name, std::string_view value) {
        out.append(name).append(": ").append(value).append("\r\n");
    };
    out.append(name_of(method)).append(" ").append(server_.path).append(target).append(" HTTP/1.1\r\n");
    add("Host", server_.authority);
    for (const auto& [name, value] : always_)
        if (!has(headers, name)) add(name, value);
    for (const auto& [name, value] : headers) add(name, value);
    if (!body.empty() && !has(headers, "Content-Type")) add("Content-Type", "application/json");
    if (!body.empty() || method != verb::get) add("Content-Length", std::to_string(body.size()));
    return out.append("\r\n").append(body);
}

awaitable<result<response>> https_client::request(verb method, std::string target, header_list headers,
                                                  std::string body, steady_clock::duration deadline) {
    // What an idle connection can have to say is that it ended.
    if (link_ && link_->stream->look() != seen::nothing) close();
    const bool fresh = !link_;
    if (fresh) link_ = std::make_shared<link>(where_);
    const std::shared_ptr<link> mine = link_;
    watch(mine, deadline);
    if (fresh) {
        result<void> connected = co_await connect(mine);
        if (!connected) {
            if (link_ == mine) close();
            co_return std::move(connected).error();
        }
    }
    std::string message = compose(method, target, headers, body);
    result<response> got = co_await exchange(mine, std::move(message));
    mine->ends = steady_clock::time_point::max();
    if (link_ == mine) {
        timer_.cancel();
        if (!got || mine->closed) close();
    }
    co_return got;
}

} // namespace holdfast::net
