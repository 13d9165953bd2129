#include "domain/task.hpp"

#include <array>

namespace holdfast {
namespace {

constexpr std::array<std::string_view, 3> type_names{"backup", "check", "prune"};
constexpr std::array<std::string_view, 6> state_names{"pending",   "assigned", "in-progress",
                                                      "completed", "failed",   "cancelled"};
static_assert(state_names.size() == static_cast<std::size_t>(last_task_state) + 1);

template <class Enum, std::size_t N>
std::optional<Enum> find(const std::array<std::string_view, N>& names, std::string_view name) {
    for (std::size_t i = 0; i < N; ++i)
        if (names.at(i) == name) return static_cast<Enum>(i);
    return std::nullopt;
}

} // namespace

std::string_view name_of(task_type type) {
    return type_names.at(static_cast<std::size_t>(type));
}

std::optional<task_type> task_type_from(std::string_view name) {
    return find<task_type>(type_names, name);
}

std::string_view name_of(task_state state) {
    return state_names.at(static_cast<std::size_t>(state));
}

std::optional<task_state> task_state_from(std::string_view name) {
    return find<task_state>(state_names, name);
}

} // namespace holdfast
