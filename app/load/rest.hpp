// Pauses of one coroutine that can be ended from outside, together with all that it would make later.
#pragma once

#include "app/agent/pauses.hpp"
#include "domain/async.hpp"

namespace holdfast::app::load {

class rest {
public:
    explicit rest(executor where) : timer_(where) {}

    awaitable<void> until(steady_clock::time_point when) {
        if (over_) co_return;
        error_code cut_short;
        timer_.expires_at(when);
        co_await timer_.async_wait(asio::redirect_error(use_awaitable, cut_short));
    }

    awaitable<void> of(steady_clock::duration length) { return until(steady_clock::now() + length); }

    // After a failure: longer each time.
    awaitable<void> after_failure(std::optional<std::chrono::seconds> at_least) {
        return of(pauses_.next(at_least));
    }

    void well() { pauses_.reset(); }

    void end() {
        over_ = true;
        timer_.cancel();
    }

    [[nodiscard]] bool over() const { return over_; }

private:
    steady_timer timer_;
    pauses pauses_;
    bool over_ = false;
};

} // namespace holdfast::app::load
