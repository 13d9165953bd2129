#include "db/postgres/pool_core.hpp"

#include "db/postgres/backoff.hpp"
#include "db/postgres/error.hpp"
#include "domain/log.hpp"

#include <boost/asio/co_spawn.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace holdfast::pg {
namespace {

constexpr statement rollback_statement{"rollback", "ROLLBACK"};

void spawn(executor where, awaitable<void> work) {
    asio::co_spawn(where, std::move(work), [](std::exception_ptr defect) {
        if (defect) std::rethrow_exception(defect);
    });
}

} // namespace

pool_core::pool_core(executor where, pool_settings settings)
    : where_(where), settings_(std::move(settings)) {}

void pool_core::start() {
    starting_ = true;
    untried_ = settings_.connections;
    for (std::size_t i = 0; i < settings_.connections; ++i) places_.emplace_back(where_);
    for (place& p : places_) spawn(where_, keep(shared_from_this(), p));
}

// One for each shared connection, as long as the pool lives.
awaitable<void> pool_core::keep(std::shared_ptr<pool_core> self, place& mine) {
    backoff pauses;
    bool first = true;
    while (!self->closed_) {
        const link fresh = std::make_shared<connection>(self->where_, self->settings_.connection);
        mine.now = fresh;
        const result<void> made = co_await connection::connect(fresh, self->settings_.statements);
        if (!made && !self->closed_)
            log::warning("the database can't be reached", {{"why", made.error().cause()}});
        if (std::exchange(first, false)) self->tried(bool(made));
        const auto since = steady_clock::now();
        while (!fresh->gone()) {
            co_await connection::wait_gone(fresh, std::chrono::seconds(1));
            if (!fresh->ready() && fresh->in_flight() == 0) fresh->close();
        }
        mine.now.reset();
        if (self->closed_) break;
        if (made) ++self->reconnects_;
        if (steady_clock::now() - since > backoff::cap) pauses.reset();
        mine.pause.expires_after(pauses.next());
        error_code rang;
        co_await mine.pause.async_wait(asio::redirect_error(use_awaitable, rang));
    }
}

void pool_core::tried(bool made) {
    --untried_;
    if (made || untried_ == 0) end_start();
}

void pool_core::end_start() {
    starting_ = false;
    std::deque<parked*> early = std::exchange(early_, {});
    for (parked* caller : early) caller->resume();
}

void pool_core::close() {
    if (std::exchange(closed_, true)) return;
    const auto self = shared_from_this();
    end_start();
    for (place& p : places_) {
        p.pause.cancel();
        if (const link now = p.now) now->close();
    }
    const std::vector<lent> exclusive = std::exchange(exclusive_, {});
    for (const lent& l : exclusive) l.who->close();
    std::deque<parked*> waiters = std::exchange(waiters_, {});
    for (parked* caller : waiters) caller->resume();
}

pool_core::link pool_core::pick() const {
    link best;
    for (const place& p : places_)
        if (p.now && p.now->ready() && (!best || p.now->in_flight() < best->in_flight())) best = p.now;
    return best;
}

awaitable<result<pool_core::link>> pool_core::pick_late(std::shared_ptr<pool_core> self) {
    if (self->starting_) {
        if (self->early_.size() >= self->settings_.connection.units_max) co_return failure{errc::overloaded};
        parked mine;
        self->early_.push_back(&mine);
        co_await mine.wait();
    }
    link found = self->pick();
    if (!found) co_return unavailable("no database connection is up");
    co_return found;
}

pool_core::link pool_core::take_idle() {
    std::erase_if(exclusive_, [](const lent& l) {
        const bool useless = l.idle && !l.who->ready();
        if (useless) l.who->close();
        return useless;
    });
    for (lent& l : exclusive_)
        if (std::exchange(l.idle, false)) return l.who;
    return nullptr;
}

awaitable<result<pool_core::link>> pool_core::acquire(std::shared_ptr<pool_core> self) {
    for (;;) {
        if (self->closed_) co_return unavailable("the pool is closed");
        if (link idle = self->take_idle()) co_return idle;
        if (self->exclusive_.size() < self->settings_.transactions_max) break;
        if (self->waiters_.size() >= self->settings_.transaction_waiters_max)
            co_return failure{errc::overloaded}.because("too many callers wait for a transaction");
        parked mine;
        self->waiters_.push_back(&mine);
        co_await mine.wait();
    }
    link fresh = std::make_shared<connection>(self->where_, self->settings_.connection);
    self->exclusive_.push_back({fresh, false});
    result<void> made = co_await connection::connect(fresh, {});
    if (made) co_return fresh;
    self->discard(fresh);
    co_return std::move(made).error();
}

void pool_core::give_back(const link& used) {
    for (lent& l : exclusive_)
        if (l.who == used) l.idle = true;
    wake_waiter();
}

void pool_core::discard(const link& used) {
    std::erase_if(exclusive_, [&used](const lent& l) { return l.who == used; });
    used->close();
    wake_waiter();
}

void pool_core::wake_waiter() {
    if (waiters_.empty()) return;
    parked* next = waiters_.front();
    waiters_.pop_front();
    next->resume();
}

void pool_core::roll_back(link used) {
    if (closed_ || !used->ready())
        discard(used);
    else
        spawn(where_, undo(shared_from_this(), std::move(used)));
}

awaitable<void> pool_core::undo(std::shared_ptr<pool_core> self, link used) {
    const result<rows> undone = co_await connection::exec(used, rollback_statement, {});
    if (undone)
        self->give_back(used);
    else
        self->discard(used);
}

std::size_t pool_core::up() const {
    return static_cast<std::size_t>(std::count_if(places_.begin(), places_.end(),
                                                  [](const place& p) { return p.now && p.now->ready(); }));
}

std::size_t pool_core::in_flight() const {
    std::size_t sum = 0;
    for (const place& p : places_)
        if (p.now) sum += p.now->in_flight();
    return sum;
}

} // namespace holdfast::pg
