#include "app/agent/live_report.hpp"

#include "domain/log.hpp"

#include <boost/asio/co_spawn.hpp>

#include <utility>

namespace holdfast::app {
namespace {

net::wire::progress_body body_of(const order& task, const restic_progress& from) {
    net::wire::progress_body out;
    out.attempt = task.attempt;
    out.percent_done = from.percent_done;
    out.bytes_done = from.bytes_done;
    out.total_bytes = from.total_bytes;
    out.files_done = from.files_done;
    out.total_files = from.total_files;
    return out;
}

} // namespace

void live_report::start() {
    running_ = true;
    auto work = loop();
    asio::co_spawn(where_, std::move(work), [this](const std::exception_ptr& failed) {
        if (failed)
            log::error("the reports of a task ended", {{"task", task_.task_id}},
                       {.traceparent = traceparent_of(task_)});
        running_ = false;
        ended_.cancel();
    });
}

awaitable<void> live_report::end() {
    ending_ = true;
    pause_.cancel();
    if (running_ && !resting_) calls_.close();
    error_code rung;
    while (running_) {
        ended_.expires_at(steady_clock::time_point::max());
        co_await ended_.async_wait(asio::redirect_error(use_awaitable, rung));
    }
}

awaitable<void> live_report::loop() {
    error_code cut_short;
    while (!ending_) {
        resting_ = true;
        pause_.expires_after(interval_);
        co_await pause_.async_wait(asio::redirect_error(use_awaitable, cut_short));
        resting_ = false;
        if (ending_) co_return;
        bool answered = co_await send_progress();
        if (answered && !ending_) answered = co_await send_log();
        if (answered) away_ = false;
    }
}

// False: no answer, and so it is with the log.
awaitable<bool> live_report::send_progress() {
    const std::optional<restic_progress> now = restic_.progress();
    if (now == told_ && !ask_) co_return true;
    const net::wire::progress_body body = body_of(task_, now.value_or(restic_progress{}));
    auto sent = co_await calls_.report_progress(task_.task_id, body);
    if (!sent.value && !sent.wrong.final()) {
        failed(sent.wrong);
        co_return false;
    }
    told_ = now;
    ask_ = false;
    const bool lost = sent.wrong.status == 404 || sent.wrong.status == 409;
    if (lost)
        log::warning("the server has gone on without a task", {{"task", task_.task_id}},
                     {.traceparent = traceparent_of(task_)});
    if (lost || (sent.value && sent.value->cancel_requested)) unwanted_();
    co_return true;
}

awaitable<bool> live_report::send_log() {
    while (!log_refused_ && !ending_ && log_.waits()) {
        auto wrong = co_await send_piece();
        if (!wrong) continue;
        if (!wrong->final()) {
            failed(*wrong);
            co_return false;
        }
        log_refused_ = true;
        ask_ = true;
    }
    co_return true;
}

// An attempt that was given back and comes again has a log already: that is asked for first.
awaitable<std::optional<net::call_failure>> live_report::send_piece() {
    const auto next = log_.next();
    net::wire::log_piece_body piece;
    piece.attempt = task_.attempt;
    if (next) {
        piece.offset = next->offset;
        piece.text = next->text;
    }
    auto sent = co_await calls_.append_log(task_.task_id, piece);
    if (!sent.value) co_return std::move(sent.wrong);
    if (next)
        log_.taken();
    else
        log_.follow(sent.value->size);
    co_return std::nullopt;
}

void live_report::failed(const net::call_failure& wrong) {
    if (ending_ || std::exchange(away_, true)) return;
    log::warning("progress can't be reported; the task goes on",
                 {{"task", task_.task_id}, {"cause", wrong.words}}, {.traceparent = traceparent_of(task_)});
}

} // namespace holdfast::app
