// Closes the account of this server's polls at the end of each minute. Lives on the first core.
#pragma once

#include "domain/async.hpp"
#include "domain/poll_minutes.hpp"

#include <functional>

namespace holdfast::app {

class minute_keeper {
public:
    using clock = std::chrono::system_clock;

    // `so_far`: the wake-ups since the server started and the polls that wait now. `closed` is told each
    // minute's own. Tests make minutes end sooner.
    minute_keeper(executor where, std::function<poll_minute()> so_far,
                  std::function<void(const poll_minute&)> closed,
                  std::function<clock::time_point(clock::time_point)> end_of_minute = next_minute)
        : where_(where),
          so_far_(std::move(so_far)),
          closed_(std::move(closed)),
          end_of_minute_(std::move(end_of_minute)),
          timer_(where) {}

    void start();
    void stop();

    [[nodiscard]] static clock::time_point next_minute(clock::time_point now);

private:
    awaitable<void> loop();

    executor where_;
    std::function<poll_minute()> so_far_;
    std::function<void(const poll_minute&)> closed_;
    std::function<clock::time_point(clock::time_point)> end_of_minute_;
    steady_timer timer_;
    bool stopped_ = false;
};

} // namespace holdfast::app
