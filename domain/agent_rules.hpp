// What operators change about an agent: pure rules.
#pragma once

#include "domain/agent.hpp"
#include "domain/result.hpp"

#include <optional>
#include <string>
#include <vector>

namespace holdfast {

inline constexpr int agent_limit_max = 1000;
inline constexpr std::size_t pause_note_max = 500; // characters

// Absent: stays as it is. Present without a value: removed.
template <class T> using change_of = std::optional<std::optional<T>>;

struct agent_change {
    change_of<int> max_tasks;
    change_of<int> max_backups;
    change_of<int> max_checks;
    change_of<int> max_prunes;
    std::optional<bool> paused;
    change_of<instant> paused_until;
    change_of<std::string> pause_note;
    document asked = {"{}"}; // the same as it was asked for, a JSON object
};

// What is wrong with it, by JSON pointer.
[[nodiscard]] std::vector<field_error> check(const agent_change& wanted, instant now);

// errc::conflict for a note or an end without a pause. Ending a pause ends both.
[[nodiscard]] result<agent_control> apply(const agent_change& wanted, agent_control to, instant now);

} // namespace holdfast
