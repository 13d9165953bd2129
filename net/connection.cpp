#include "net/connection.hpp"

#include "domain/log.hpp"
#include "net/message_reader.hpp"
#include "net/problem.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <exception>
#include <span>
#include <utility>

namespace holdfast::net {

connection::connection(front& home, tcp_socket socket, const asio::ip::address& remote,
                       const tls_context& tls)
    : guest(home, remote),
      deadline(home.parts.clock),
      front_(home),
      stream_(std::move(socket), tls),
      remote_(remote) {
    error_code gone_already;
    stream_.socket().set_option(asio::ip::tcp::no_delay(true), gone_already);
}

void connection::start(front& home, tcp_socket socket, const asio::ip::address& remote,
                       const tls_context& tls) {
    auto self = std::make_shared<connection>(home, std::move(socket), remote, tls);
    awaitable<void> work = self->run();
    const executor where = self->stream_.get_executor();
    asio::co_spawn(where, std::move(work), [self](const std::exception_ptr& failed) {
        self->disarm();
        self->stream_.close(); // also ends a watch that still stands
        if (failed) log::error("connection ended by an exception");
    });
}

awaitable<void> connection::run() {
    arm(front_.parts.bounds.handshake);
    error_code ec;
    co_await stream_.async_handshake(asio::redirect_error(use_awaitable, ec));
    if (ec) co_return;
    bool open = co_await wait_for_request(true);
    while (open) {
        open = co_await serve();
        if (open) open = co_await wait_for_request(false);
    }
    co_await say_goodbye();
}

// Ends with the first byte of a request (true), with the client, the deadline, or a drain (false). No buffer
// is held here: the socket itself is awaited.
awaitable<bool> connection::wait_for_request(bool first) {
    if (ahead_.size() != 0) co_return true;
    arm(first ? front_.parts.bounds.header : front_.parts.bounds.idle);
    while (true) {
        if (stream_.has_buffered() || first) {
            const seen what = stream_.look();
            if (what != seen::nothing) co_return what == seen::data;
        }
        if (!first && front_.draining()) co_return false;
        error_code ec;
        idle_ = !first;
        co_await stream_.socket().async_wait(tcp_socket::wait_read, asio::redirect_error(use_awaitable, ec));
        idle_ = false;
        if (ec || leaving_) co_return false;
        const seen what = stream_.look();
        if (what != seen::nothing) co_return what == seen::data;
    }
}

// One request and its reply. False: the connection ends.
awaitable<bool> connection::serve() {
    turn now;
    now.began = steady_clock::now();
    const bool complete = co_await receive(now);
    disarm();
    if (!complete) co_return false;
    now.received = steady_clock::now();
    waited_ = {};
    if (!now.refused) co_await handle(now);
    const bool sent = co_await answer(now);
    co_return sent && !now.close;
}

awaitable<void> connection::handle(turn& now) {
    std::string failed;
    try {
        awaitable<reply> work = now.way->run(*now.asked);
        now.answer = co_await std::move(work);
        co_return;
    } catch (const std::exception& error) {
        failed = error.what();
    } catch (...) {
        failed = "not a std::exception";
    }
    parked_ = nullptr;
    now.answer = problem(failure{errc::internal}.because(std::move(failed)), place_of(now));
}

awaitable<bool> connection::answer(turn& now) {
    const auto worked = steady_clock::now() - now.received - waited_;
    now.close = now.close || now.answer.close || front_.draining();
    const rendering how{now.request_id, now.head, now.close, now.say_keep_alive};
    std::string text = render(now.answer, how);
    now.answer.body = {};
    bool sent = co_await send(std::move(text));
    if (sent && now.answer.rest && !now.head) sent = co_await send_rest(now);
    report(now, sent, worked);
    if (!sent && now.answer.undelivered) std::exchange(now.answer.undelivered, nullptr)();
    co_return sent;
}

awaitable<bool> connection::send(std::string text) {
    arm(front_.parts.bounds.write);
    error_code ec;
    co_await asio::async_write(stream_, asio::buffer(text), asio::redirect_error(use_awaitable, ec));
    disarm();
    co_return !ec;
}

awaitable<bool> connection::send_rest(turn& now) {
    std::size_t left = now.answer.rest_bytes;
    while (left > 0) {
        auto piece = co_await now.answer.rest->next();
        if (!piece || piece->empty() || piece->size() > left) {
            log::warning("an answer ends before its time",
                         {{"cause", piece ? std::string_view("it is not as long as was said")
                                          : std::string_view(piece.error().detail())}},
                         ref_of(now));
            co_return false;
        }
        left -= piece->size();
        const bool sent = co_await send(std::move(*piece));
        if (!sent) co_return false;
    }
    co_return true;
}

void connection::report(const turn& now, bool sent, steady_clock::duration worked) const {
    const auto took = std::chrono::duration<double>(steady_clock::now() - now.began);
    std::string_view name = now.asked ? "unmatched" : "malformed";
    if (now.way) name = now.way->name;
    if (front_.parts.seen) front_.parts.seen->on_request(name, now.answer.status, took.count());
    const bool slow = worked > front_.parts.bounds.slow_request;
    const log::level level = slow ? log::level::warning : log::level::debug;
    if ((!slow && sent && now.answer.status < 400) || !log::enabled(level)) return;
    const problem_place place = place_of(now);
    log::write(level, slow ? "slow request" : "request",
               {{"route", name},
                {"path", place.path},
                {"status", now.answer.status},
                {"milliseconds", std::chrono::duration_cast<std::chrono::milliseconds>(worked).count()},
                {"delivered", sent ? "yes" : "no"}},
               place.asked);
}

awaitable<void> connection::say_goodbye() {
    if (!stream_.socket().is_open()) co_return;
    arm(front_.parts.bounds.linger);
    error_code ec;
    co_await stream_.async_shutdown(asio::redirect_error(use_awaitable, ec));
    if (ec || !stream_.socket().is_open()) co_return;
    const bool unread = unread_ || ahead_.size() != 0 || stream_.socket().available(ec) != 0;
    if (unread && !ec) co_await linger();
}

// Closing a socket with unread bytes makes the kernel send a reset, which can overtake our last reply: so
// read on, for a moment, and throw away.
awaitable<void> connection::linger() {
    error_code ec;
    stream_.socket().shutdown(tcp_socket::shutdown_send, ec);
    while (!ec) {
        co_await stream_.socket().async_wait(tcp_socket::wait_read, asio::redirect_error(use_awaitable, ec));
        if (!ec) stream_.discard(ec);
    }
}

void connection::watch(waiter* parked) {
    const auto now = steady_clock::now();
    if (parked_) waited_ += now - parked_since_;
    parked_ = parked;
    parked_since_ = now;
    if (!parked) return;
    if (ahead_.size() == 0 && !stream_.has_buffered()) return arm_watch();
    // There is something already. Told from the event loop, so that the waiter is waiting by then.
    asio::post(stream_.get_executor(), [self = shared_from_this()] {
        if (self->parked_) self->notice();
    });
}

// At most one, never cancelled: it may outlive the poll that armed it, and stand beside the next read.
void connection::arm_watch() {
    if (std::exchange(watching_, true)) return;
    stream_.socket().async_wait(tcp_socket::wait_read, [self = shared_from_this()](error_code ec) {
        self->watching_ = false;
        if (!ec && self->parked_) self->notice(); // else closed, or nobody parked: the reader will see it
    });
}

void connection::notice() {
    if (ahead_.size() != 0) return parked_->finish_early();
    switch (stream_.look()) {
    case seen::nothing: return arm_watch(); // KeyUpdate, half a record
    case seen::gone: return parked_->abandon();
    case seen::data: return parked_->finish_early();
    }
}

void connection::drain() {
    if (!idle_) return;
    leaving_ = true;
    stream_.socket().cancel();
}

void connection::expired() {
    if (idle_)
        drain(); // nobody is in the middle of anything: close politely
    else
        stream_.close();
}

void connection::cut() {
    stream_.close();
    if (parked_) parked_->abandon();
}

} // namespace holdfast::net
