#include "domain/freshness.hpp"

#include <array>

namespace holdfast {
namespace {

constexpr std::array<std::string_view, 4> names{"fresh", "late", "stale", "never"};
static_assert(names.size() == static_cast<std::size_t>(last_freshness_state) + 1);

} // namespace

std::string_view name_of(freshness_state state) {
    return names.at(static_cast<std::size_t>(state));
}

std::optional<freshness_state> freshness_state_from(std::string_view name) {
    for (std::size_t i = 0; i < names.size(); ++i)
        if (names.at(i) == name) return static_cast<freshness_state>(i);
    return std::nullopt;
}

} // namespace holdfast
