// The restic calls of a task, as arguments and environment. Pure.
#pragma once

#include "app/agent/child_process.hpp"
#include "app/agent/order.hpp"
#include "domain/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace holdfast::app {

struct restic_setup {
    std::string program;
    std::string hostname; // restic's --host, so that snapshots are found again whatever the system is called
    std::vector<std::string> environment;                          // NAME=value: the agent's own
    std::chrono::milliseconds patience = std::chrono::seconds(10); // with a restic that was asked to end
    std::chrono::seconds progress_interval{5};                     // how often it shall say how far it is
};

// What the task asks for. errc::invalid with a sentence when it can't be asked of restic: a backup of
// nothing, a prune that keeps nothing.
[[nodiscard]] result<command> restic_command(const restic_setup& setup, const order& task);

// `restic <words>` on the task's repository: cat config, init, unlock.
[[nodiscard]] command restic_call(const restic_setup& setup, const order& task,
                                  std::vector<std::string> words);

// The environment for restic: the agent's own without what is the agent's alone (HOLDFAST_*) and without
// another repository; the repository is in it and not in the arguments because it may hold a password, which
// `ps` would show.
[[nodiscard]] std::vector<std::string> restic_environment(const restic_setup& setup,
                                                          std::string_view repository);

// restic's name of the repository's backend: the word before the colon, "local" for a path.
[[nodiscard]] std::string_view backend_of(std::string_view repository);

} // namespace holdfast::app
