// One task's restic, from its start to the report.
#pragma once

#include "app/agent/attempt_log.hpp"
#include "app/agent/child_process.hpp"
#include "app/agent/order.hpp"
#include "app/agent/restic_command.hpp"
#include "app/agent/restic_output.hpp"

#include <memory>

namespace holdfast::app {

class restic_run {
public:
    // What restic says goes into the log as it comes.
    restic_run(executor where, const restic_setup& setup, bool init_repository, attempt_log& log)
        : where_(where), setup_(setup), init_repository_(init_repository), log_(log), said_(to_log()) {}

    // Runs what the task asks for. A backup initialises a repository that does not exist, where that is
    // wanted. A repository that is locked is rid of the locks of dead processes, and asked again. A restic
    // that had to be killed leaves no lock.
    awaitable<report> run(order task);

    // Makes what runs end; run() then returns soon. Again: at once.
    void stop();

    [[nodiscard]] bool stopped() const { return stopped_; }

    [[nodiscard]] const std::optional<restic_progress>& progress() const { return said_.progress(); }

private:
    [[nodiscard]] restic_output to_log();
    [[nodiscard]] restic_output kept_back();
    awaitable<result<exit_status>> execute(command what, std::chrono::seconds limit);
    awaitable<result<exit_status>> start_and_wait(command what, std::chrono::seconds limit);
    awaitable<result<exit_status>> prepare_repository(const order& task);
    awaitable<result<exit_status>> work(const order& task, command what);
    awaitable<result<exit_status>> unlock(const order& task);
    awaitable<void> remove_lock(const order& task);

    executor where_;
    const restic_setup& setup_;
    bool init_repository_;
    bool stopped_ = false;
    bool at_once_ = false; // stopped again
    attempt_log& log_;
    std::string kept_back_; // of what only prepares the task: said when it fails
    restic_output said_;
    std::shared_ptr<child_process> child_;
};

} // namespace holdfast::app
