// What the server hears of an attempt while it runs: how far it is, and its log, piece by piece.
#pragma once

#include "app/agent/attempt_log.hpp"
#include "app/agent/restic_run.hpp"
#include "app/agent/server_calls.hpp"

#include <chrono>
#include <functional>

namespace holdfast::app {

class live_report {
public:
    // `unwanted` is called when the server says that the task is cancelled, or not this agent's any more.
    live_report(executor where, server_calls& calls, const order& task, attempt_log& log,
                const restic_run& restic, std::chrono::seconds interval, std::function<void()> unwanted)
        : where_(where),
          calls_(calls),
          task_(task),
          log_(log),
          restic_(restic),
          interval_(interval),
          unwanted_(std::move(unwanted)),
          pause_(where),
          ended_(where) {}

    // At every interval from now on, where there is news. A server that does not answer holds nothing up.
    void start();

    // The calls are free when this returns; what was not sent is still in the log.
    awaitable<void> end();

private:
    awaitable<void> loop();
    awaitable<bool> send_progress();
    awaitable<bool> send_log();
    awaitable<std::optional<net::call_failure>> send_piece();
    void failed(const net::call_failure& wrong);

    executor where_;
    server_calls& calls_;
    const order& task_;
    attempt_log& log_;
    const restic_run& restic_;
    std::chrono::seconds interval_;
    std::function<void()> unwanted_;
    steady_timer pause_;
    steady_timer ended_; // rings at the loop's end
    std::optional<restic_progress> told_;
    bool running_ = false;
    bool resting_ = false; // no call is under way
    bool ending_ = false;
    bool away_ = false;        // the server did not answer last time
    bool log_refused_ = false; // for good
    bool ask_ = false;         // whether the task is still this agent's
};

} // namespace holdfast::app
