// One attempt of a task, from the acknowledgement to the result.
#pragma once

#include "app/agent/attempt_log.hpp"
#include "app/agent/delivery.hpp"
#include "app/agent/hooks.hpp"
#include "app/agent/live_report.hpp"
#include "app/agent/parts.hpp"
#include "app/agent/restic_run.hpp"

#include <optional>

namespace holdfast::app {

class task_run {
public:
    task_run(const agent_parts& with, const agent_identity& who, order task);
    task_run(const task_run&) = delete;
    task_run& operator=(const task_run&) = delete;

    // Until its result is with the server or kept for later, or the task is given back.
    awaitable<void> run();

    // The task is to be done no more: nobody wants its result.
    void cancel();

    // The agent ends: what is not finished is given back. Again: at once.
    void stop();

    // How it ended; nothing: cancelled, or given back.
    [[nodiscard]] std::optional<outcome> ended_as() const { return ended_as_; }

    [[nodiscard]] task_type type() const { return task_.task_type; }

private:
    awaitable<report> attempt();
    awaitable<void> settle(report said);
    [[nodiscard]] std::string_view status_for_hooks(const report& said) const;

    const agent_parts& with_;
    order task_;
    server_calls calls_; // a connection of its own
    attempt_log log_;
    hooks before_;
    restic_run restic_;
    hooks after_;
    live_report live_;
    bool cancelled_ = false;
    bool stopped_ = false;
    std::optional<refusal> given_back_; // and why
    std::optional<outcome> ended_as_;
};

} // namespace holdfast::app
