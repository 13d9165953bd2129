// The operator's own programs, before and after a task.
#pragma once

#include "app/agent/attempt_log.hpp"
#include "app/agent/child_process.hpp"
#include "app/agent/order.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace holdfast::app {

// NAME=value for them: the agent's environment without what is the agent's alone, and the task's facts.
[[nodiscard]] std::vector<std::string> hook_environment(const std::vector<std::string>& own,
                                                        const order& task);

struct hook_outcome {
    enum class kind : unsigned char { done, failed, declined };

    kind how = kind::done;
    std::string words; // why not
};

class hooks {
public:
    // `name` is what the log calls them.
    hooks(executor where, std::string name, std::chrono::seconds limit, attempt_log& log)
        : where_(where), name_(std::move(name)), limit_(limit), log_(log) {}

    // One after the other, each with that limit; what they write goes into the log. The first that fails or
    // declines (exit status 75, EX_TEMPFAIL) is the outcome, and the last to run.
    awaitable<hook_outcome> run_until_one_fails(const std::vector<std::string>& programs,
                                                std::vector<std::string> environment);

    // All of them, whatever becomes of each.
    awaitable<void> run_all(const std::vector<std::string>& programs, std::vector<std::string> environment);

    // Makes the one that runs end, and starts no other. Again: at once.
    void stop();

private:
    awaitable<hook_outcome> run_one(std::string program, const std::vector<std::string>& environment);

    executor where_;
    std::string name_;
    std::chrono::seconds limit_;
    attempt_log& log_;
    bool stopped_ = false;
    std::shared_ptr<child_process> child_;
};

} // namespace holdfast::app
