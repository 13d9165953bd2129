#include "app/agent/hooks.hpp"

#include "app/agent/lines.hpp"
#include "domain/repository.hpp"

#include <sysexits.h>

namespace holdfast::app {
namespace {

hook_outcome judge(const std::string& what, const exit_status& ended, std::chrono::seconds limit,
                   const std::string& last_line) {
    hook_outcome out;
    if (ended.code == 0 && !ended.timed_out && !ended.stopped) return out;
    out.how = hook_outcome::kind::failed;
    const std::string said = last_line.empty() ? "" : ": " + last_line;
    if (ended.stopped) {
        out.words = what + " was stopped";
    } else if (ended.timed_out) {
        out.words = what + " did not end within " + std::to_string(limit.count()) + " s" + said;
    } else if (ended.code == EX_TEMPFAIL) {
        out.how = hook_outcome::kind::declined;
        out.words = last_line.empty() ? what + " declined" : last_line;
    } else {
        out.words = what + " ended with status " + std::to_string(ended.code) + said;
    }
    return out;
}

} // namespace

std::vector<std::string> hook_environment(const std::vector<std::string>& own, const order& task) {
    std::vector<std::string> out;
    for (const std::string& each : own)
        if (!each.starts_with("HOLDFAST_") && !each.starts_with("TRACEPARENT=")) out.push_back(each);
    out.push_back("HOLDFAST_TASK_ID=" + to_string(task.task_id));
    out.push_back("HOLDFAST_TASK_TYPE=" + std::string(name_of(task.task_type)));
    out.push_back("HOLDFAST_POLICY_ID=" + to_string(task.policy_id));
    out.push_back("HOLDFAST_ATTEMPT=" + std::to_string(task.attempt));
    out.push_back("TRACEPARENT=" + traceparent_of(task));
    out.push_back("HOLDFAST_REPOSITORY=" + masked_repository(task.repository));
    return out;
}

awaitable<hook_outcome> hooks::run_until_one_fails(const std::vector<std::string>& programs,
                                                   std::vector<std::string> environment) {
    hook_outcome last;
    for (const std::string& each : programs) {
        last = co_await run_one(each, environment);
        if (last.how != hook_outcome::kind::done) break;
    }
    co_return last;
}

awaitable<void> hooks::run_all(const std::vector<std::string>& programs,
                               std::vector<std::string> environment) {
    for (const std::string& each : programs) {
        const hook_outcome how = co_await run_one(each, environment);
        if (how.how != hook_outcome::kind::done) log_.add(how.words);
    }
}

awaitable<hook_outcome> hooks::run_one(std::string program, const std::vector<std::string>& environment) {
    const std::string what = "the " + name_ + " " + program;
    hook_outcome out;
    if (stopped_) {
        out = judge(what, exit_status{.stopped = true}, limit_, "");
        co_return out;
    }
    log_.add("running " + what);
    line_cutter cutter;
    std::string last_line;
    const auto take = [this, &last_line](output, std::string_view line) {
        log_.add(line);
        if (!line.empty()) last_line = line;
    };
    command call;
    call.arguments.push_back(program);
    call.environment = environment;
    auto started = child_process::start(where_, call, [&cutter, &take](output from, std::string_view bytes) {
        cutter.feed(from, bytes, take);
    });
    if (!started) {
        out.how = hook_outcome::kind::failed;
        out.words = started.error().detail();
        co_return out;
    }
    child_ = *started;
    const exit_status ended = co_await child_->wait(limit_);
    child_.reset();
    cutter.finish(take);
    out = judge(what, ended, limit_, last_line);
    co_return out;
}

void hooks::stop() {
    stopped_ = true;
    if (child_) child_->stop();
}

} // namespace holdfast::app
