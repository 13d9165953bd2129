#include "app/agent/task_run.hpp"

#include "app/agent/log_text.hpp"
#include "app/agent/outcome.hpp"
#include "domain/log.hpp"
#include "domain/repository.hpp"
#include "domain/validation.hpp"

#include <utility>

namespace holdfast::app {

task_run::task_run(const agent_parts& with, const agent_identity& who, order task)
    : with_(with),
      task_(std::move(task)),
      calls_(with.where, with.tls, with.server),
      log_(task_.repository),
      before_(with.where, "pre-hook", with.settings.hook_timeout, log_),
      restic_(with.where, with.setup, with.settings.init_repository, log_),
      after_(with.where, "post-hook", with.settings.hook_timeout, log_),
      live_(with.where, calls_, task_, log_, restic_, with.settings.progress_interval, [this] { cancel(); }) {
    calls_.be(who.agent_id, who.token.value_or(with.settings.token));
}

void task_run::cancel() {
    if (std::exchange(cancelled_, true)) return;
    log::info("the task is to be done no more: stopping it", {{"task", task_.task_id}},
              {.traceparent = traceparent_of(task_)});
    if (stopped_) return;
    before_.stop();
    restic_.stop();
}

void task_run::stop() {
    if (std::exchange(stopped_, true)) after_.stop();
    before_.stop();
    restic_.stop();
}

awaitable<void> task_run::run() {
    log::info("task begins",
              {{"task", task_.task_id}, {"type", name_of(task_.task_type)}, {"attempt", task_.attempt}},
              {.traceparent = traceparent_of(task_)});
    with_.tell("Got " + std::string(name_of(task_.task_type)) + " task " + to_string(task_.task_id) +
               " for " + masked_repository(task_.repository) + ": running restic.");
    live_.start();
    report said = co_await attempt();
    auto environment = hook_environment(with_.setup.environment, task_);
    environment.push_back("HOLDFAST_STATUS=" + std::string(status_for_hooks(said)));
    if (said.snapshot_id) environment.push_back("HOLDFAST_SNAPSHOT_ID=" + *said.snapshot_id);
    co_await after_.run_all(with_.settings.post_hooks, std::move(environment));
    co_await live_.end();
    if (cancelled_) co_return;
    if (!given_back_) {
        co_await settle(std::move(said));
        co_return;
    }
    co_await give_back(calls_, task_, *given_back_);
    with_.tell("Gave the task back.");
}

awaitable<report> task_run::attempt() {
    const auto begin = steady_clock::now();
    auto environment = hook_environment(with_.setup.environment, task_);
    const hook_outcome ready =
        co_await before_.run_until_one_fails(with_.settings.pre_hooks, std::move(environment));
    report said;
    if (ready.how == hook_outcome::kind::done) {
        said = co_await restic_.run(task_);
    } else {
        const double took = std::chrono::duration<double>(steady_clock::now() - begin).count();
        said = failed_report(task_, ready.words, error_category::transient, took);
        log_.add(ready.words);
    }
    if (ready.how == hook_outcome::kind::declined)
        given_back_ = refusal{storable_tail(without_password(ready.words, task_.repository), text_bytes_max),
                              with_.settings.decline_retry_after};
    if (stopped_ && said.status != outcome::completed) given_back_ = refusal{"shutdown", {}};
    co_return said;
}

std::string_view task_run::status_for_hooks(const report& said) const {
    if (cancelled_) return "cancelled";
    if (given_back_) return "released";
    return said.status == outcome::completed ? "completed" : "failed";
}

awaitable<void> task_run::settle(report said) {
    ended_as_ = said.status;
    with_.tell(said.status == outcome::completed
                   ? "Done, snapshot " + said.snapshot_id.value_or("(none)") + "."
                   : "Failed: " + said.error_message.value_or(""));
    const log_rest left = log_.rest();
    said.log = left.text;
    // Kept first, sent then: a result is not lost by a crash in between.
    kept_result what{task_.task_id, std::move(said), left.sent, left.in_doubt};
    auto kept = with_.state.keep(what);
    if (!kept)
        log::error("the result could not be kept",
                   {{"task", task_.task_id}, {"cause", kept.error().detail()}},
                   {.traceparent = traceparent_of(task_)});
    co_await deliver(calls_, with_.state, std::move(what));
}

} // namespace holdfast::app
