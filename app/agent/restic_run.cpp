#include "app/agent/restic_run.hpp"

#include "app/agent/outcome.hpp"
#include "domain/log.hpp"

#include <csignal>
#include <utility>

namespace holdfast::app {
namespace {

constexpr std::chrono::seconds probe_limit{120}; // of looking whether there is a repository
constexpr std::chrono::seconds unlock_limit{30}; // somebody waits for the task to end
constexpr int killed = 128 + SIGKILL;

double seconds_since(steady_clock::time_point begin) {
    return std::chrono::duration<double>(steady_clock::now() - begin).count();
}

} // namespace

void restic_run::stop() {
    at_once_ = std::exchange(stopped_, true);
    if (child_) child_->stop();
}

awaitable<result<exit_status>> restic_run::execute(command what, std::chrono::seconds limit) {
    const exit_status never_ran{.code = 130, .stopped = true};
    if (stopped_) co_return never_ran;
    auto ended = co_await start_and_wait(std::move(what), limit);
    co_return ended;
}

awaitable<result<exit_status>> restic_run::start_and_wait(command what, std::chrono::seconds limit) {
    auto started = child_process::start(
        where_, what, [this](output from, std::string_view bytes) { said_.feed(from, bytes); });
    if (!started) co_return std::move(started).error();
    child_ = *started;
    const exit_status ended = co_await child_->wait(limit);
    child_.reset();
    said_.finish();
    co_return ended;
}

restic_output restic_run::to_log() {
    return restic_output([this](std::string_view line) { log_.add(line); });
}

restic_output restic_run::kept_back() {
    kept_back_.clear();
    return restic_output([this](std::string_view line) { kept_back_.append(line) += '\n'; });
}

awaitable<result<exit_status>> restic_run::prepare_repository(const order& task) {
    said_ = kept_back();
    command look = restic_call(setup_, task, {"cat", "config"});
    auto looked = co_await execute(std::move(look), probe_limit);
    if (!looked || looked->code == 0) co_return looked;
    if (!said_.no_repository()) {
        log_.add(kept_back_);
        co_return looked;
    }
    said_ = to_log();
    command init = restic_call(setup_, task, {"init"});
    auto made = co_await execute(std::move(init), probe_limit);
    co_return made;
}

// Without --remove-all restic leaves alone what may be alive: a lock of this host whose process exists, and
// one of another host that is younger than half an hour (its holder renews it every five minutes).
awaitable<result<exit_status>> restic_run::unlock(const order& task) {
    log_.add("removing the locks of processes that are dead");
    said_ = kept_back();
    command call = restic_call(setup_, task, {"unlock"});
    auto unlocked = co_await execute(std::move(call), probe_limit);
    if (unlocked && unlocked->code != 0) log_.add(kept_back_);
    co_return unlocked;
}

awaitable<result<exit_status>> restic_run::work(const order& task, command what) {
    if (init_repository_ && task.task_type == task_type::backup) {
        auto ready = co_await prepare_repository(task);
        if (!ready || ready->code != 0) co_return ready;
    }
    said_ = to_log();
    std::chrono::seconds limit{0};
    if (task.execution_params)
        limit = std::chrono::seconds(task.execution_params->timeout_seconds.value_or(0));
    auto ended = co_await execute(what, limit);
    if (!ended || ended->code == 0 || ended->timed_out || stopped_ || !said_.locked()) co_return ended;
    auto unlocked = co_await unlock(task);
    if (!unlocked || unlocked->code != 0) co_return unlocked;
    said_ = to_log();
    ended = co_await execute(std::move(what), limit);
    co_return ended;
}

// A restic that is interrupted removes its lock, with two exceptions. In the first 200 ms of the lock it does
// not yet know it as its own. And the removal waits for one of the repository's connections, which carry
// uploads: at a low bandwidth limit that takes minutes, and restic is killed before. This host would remove
// such a lock when it meets it, but any other host finds the repository locked for half an hour.
awaitable<void> restic_run::remove_lock(const order& task) {
    restic_output of_the_task = std::exchange(said_, kept_back());
    command unlock = restic_call(setup_, task, {"unlock"});
    auto unlocked = co_await start_and_wait(std::move(unlock), unlock_limit);
    if (!unlocked || unlocked->code != 0)
        log::warning("restic was stopped, and a lock of its own may be left", {{"task", task.task_id}},
                     {.traceparent = traceparent_of(task)});
    said_ = std::move(of_the_task);
}

awaitable<report> restic_run::run(order task) {
    const auto begin = steady_clock::now();
    const auto refused = [&](const failure& why, error_category category) {
        log_.add(why.detail());
        return failed_report(task, why.detail(), category, seconds_since(begin));
    };
    auto what = restic_command(setup_, task);
    if (!what) co_return refused(what.error(), error_category::permission);
    auto ended = co_await work(task, std::move(*what));
    const bool cut_short =
        ended && (ended->code == killed || (ended->code != 0 && (ended->stopped || ended->timed_out)));
    if (cut_short && !at_once_) co_await remove_lock(task);
    if (!ended) co_return refused(ended.error(), error_category::unknown);
    co_return make_report(task, *ended, said_, seconds_since(begin));
}

} // namespace holdfast::app
