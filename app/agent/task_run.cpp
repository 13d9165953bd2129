#include "app/agent/task_run.hpp"

#include "app/agent/delivery.hpp"
#include "domain/log.hpp"
#include "domain/repository.hpp"

namespace holdfast::app {

task_run::task_run(const agent_parts& with, const agent_identity& who, order task)
    : with_(with),
      task_(std::move(task)),
      calls_(with.where, with.tls, with.server),
      log_(task_.repository),
      restic_(with.where, with.setup, with.settings.init_repository, log_),
      live_(with.where, calls_, task_, log_, restic_, with.settings.progress_interval, [this] { cancel(); }) {
    calls_.be(who.agent_id, who.token.value_or(with.settings.token));
}

void task_run::cancel() {
    if (cancelled_) return;
    log::info("the task was cancelled: stopping restic", {{"task", task_.task_id}});
    cancelled_ = true;
    if (!restic_.stopped()) restic_.stop();
}

awaitable<void> task_run::run() {
    log::info("task begins",
              {{"task", task_.task_id}, {"type", name_of(task_.task_type)}, {"attempt", task_.attempt}});
    with_.tell("Got " + std::string(name_of(task_.task_type)) + " task " + to_string(task_.task_id) +
               " for " + masked_repository(task_.repository) + ": running restic.");
    live_.start();
    report said = co_await restic_.run(task_);
    co_await live_.end();
    if (cancelled_) co_return;
    if (!restic_.stopped() || said.status == outcome::completed) {
        co_await settle(std::move(said));
        co_return;
    }
    const refusal shutdown{"shutdown", {}};
    co_await give_back(calls_, task_, shutdown);
    with_.tell("Gave the task back.");
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
    if (!kept) log::error("the result could not be kept", {{"cause", kept.error().detail()}});
    co_await deliver(calls_, with_.state, std::move(what));
}

} // namespace holdfast::app
