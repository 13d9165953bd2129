#include "app/minute_keeper.hpp"

#include <boost/asio/co_spawn.hpp>

#include <exception>

namespace holdfast::app {

minute_keeper::clock::time_point minute_keeper::next_minute(clock::time_point now) {
    return std::chrono::floor<std::chrono::minutes>(now) + std::chrono::minutes{1};
}

void minute_keeper::start() {
    auto work = loop();
    asio::co_spawn(where_, std::move(work), [](const std::exception_ptr& failed) {
        if (failed) std::rethrow_exception(failed);
    });
}

void minute_keeper::stop() {
    stopped_ = true;
    timer_.cancel();
}

awaitable<void> minute_keeper::loop() {
    poll_minute before = so_far_();
    while (!stopped_) {
        const auto began = clock::now();
        timer_.expires_after(std::chrono::ceil<steady_clock::duration>(end_of_minute_(began) - began));
        error_code cut_short;
        co_await timer_.async_wait(asio::redirect_error(use_awaitable, cut_short));
        if (stopped_) break;
        const poll_minute now = so_far_();
        poll_minute own = now;
        own.minute = std::chrono::floor<std::chrono::minutes>(began);
        for (std::size_t i = 0; i < own.wakes.size(); ++i) own.wakes.at(i) -= before.wakes.at(i);
        before = now;
        closed_(own);
    }
}

} // namespace holdfast::app
