#include "domain/identity.hpp"

#include <array>

namespace holdfast {
namespace {

constexpr std::array<std::string_view, 7> names{"root",   "admin", "operator", "viewer",
                                                "enroll", "agent", "fleet"};
static_assert(names.size() == static_cast<std::size_t>(last_token_kind) + 1);

} // namespace

std::string_view name_of(token_kind kind) {
    return names.at(static_cast<std::size_t>(kind));
}

std::optional<token_kind> token_kind_from(std::string_view name) {
    for (std::size_t i = 0; i < names.size(); ++i)
        if (names.at(i) == name) return static_cast<token_kind>(i);
    return std::nullopt;
}

} // namespace holdfast
