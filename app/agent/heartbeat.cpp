#include "app/agent/heartbeat.hpp"

#include "app/agent/machine.hpp"
#include "domain/log.hpp"

#include <boost/asio/co_spawn.hpp>

#include <algorithm>

namespace holdfast::app {

using std::chrono::seconds;

void heartbeat::start() {
    auto beats = loop();
    asio::co_spawn(with_.where, std::move(beats), [](const std::exception_ptr& failed) {
        if (failed) log::error("the heartbeat ended");
    });
}

void heartbeat::stop() {
    stopping_ = true;
    pause_.cancel();
    calls_.close();
}

net::wire::heartbeat_body heartbeat::body() const {
    present_state now = now_();
    net::wire::heartbeat_body out;
    out.version = with_.settings.version;
    out.os = system_name();
    out.arch = system_arch();
    out.uptime_seconds = uptime_seconds();
    out.disks = disks();
    out.last_backup_status = now.running.empty() ? now.last_backup : net::wire::backup_status::running;
    out.running_tasks = std::move(now.running);
    return out;
}

awaitable<void> heartbeat::loop() {
    error_code cut_short;
    while (!stopping_) {
        const net::wire::heartbeat_body state = body();
        auto beat = co_await calls_.beat(state);
        seconds next{30};
        if (beat.value) {
            if (beat.value->cancel_tasks) cancelled_(*beat.value->cancel_tasks);
            next = seconds(
                std::clamp<std::int64_t>(beat.value->next_task_check_after_seconds.value_or(60), 1, 120));
        } else if (!stopping_) {
            log::warning("heartbeat failed", {{"cause", beat.wrong.words}});
        }
        if (with_.settings.heartbeat) next = *with_.settings.heartbeat;
        if (stopping_) break;
        pause_.expires_after(next);
        co_await pause_.async_wait(asio::redirect_error(use_awaitable, cut_short));
    }
}

} // namespace holdfast::app
