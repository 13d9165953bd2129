// Who holds a repository, and what waits for it.
#pragma once

#include "domain/agent.hpp"
#include "domain/explanation.hpp"
#include "domain/task.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast {

inline constexpr int users_shown_max = 10;     // that hold a repository, and that wait for it
inline constexpr int users_counted_max = 1000; // of each; as many means: that, or more

// A task that holds a repository, or waits for it.
struct repository_user {
    task what;                  // without its paths and parameters
    std::optional<agent> whose; // nothing: it was deleted
    bool policy_enabled = true;
    surroundings around; // of one that waits; of the holders the claim alone
};

struct repository_use {
    std::int64_t key = 0; // the same for all strings that name this repository
    std::int64_t holding_count = 0;
    std::int64_t waiting_count = 0;
    std::vector<repository_user> holding; // the first ones, by when they were assigned
    std::vector<repository_user> waiting; // the first ones, in the order of handing out
};

enum class repository_state : std::uint8_t {
    held,    // a task has it
    waiting, // a task waits for it
};

[[nodiscard]] std::string_view name_of(repository_state state);
[[nodiscard]] std::optional<repository_state> repository_state_from(std::string_view name);

struct repository_filter {
    std::optional<repository_state> state;
    std::optional<std::string> repository; // the one that this string names
};

// Why a task of `use.waiting` waits, by the rules of any pending task.
[[nodiscard]] std::vector<reason> explain(const repository_user& waiting, const repository_use& use);

} // namespace holdfast
