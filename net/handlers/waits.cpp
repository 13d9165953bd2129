#include "net/handlers/waits.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>

namespace holdfast::net::handlers {
namespace {

// RFC 7240, section 4.3: `wait=N` among the preferences. Malformed ones are ignored, as section 2 asks for.
std::optional<std::int64_t> preferred_wait(std::string_view prefer) {
    while (!prefer.empty()) {
        const std::size_t comma = std::min(prefer.find(','), prefer.size());
        std::string_view one = prefer.substr(0, comma);
        prefer.remove_prefix(std::min(comma + 1, prefer.size()));
        one.remove_prefix(std::min(one.find_first_not_of(" \t"), one.size()));
        if (!one.starts_with("wait=")) continue;
        std::int64_t value = 0;
        const char* const begin = one.data() + 5;
        const auto [end, ec] = std::from_chars(begin, one.data() + one.size(), value);
        if (ec == std::errc() && end != begin && value >= 0) return value;
    }
    return std::nullopt;
}

} // namespace

result<asked_wait> wait_of(const exchange& x, const timing& times) {
    auto wait = x.query().integer("wait", 0, seconds_max);
    if (!wait) return std::move(wait).error();
    if (!*wait) *wait = preferred_wait(x.request().header(header::prefer));
    return asked_wait{
        std::min(std::chrono::seconds(wait->value_or(times.wait_default.count())), times.wait_max),
        wait->has_value()};
}

void confirm(const asked_wait& asked, reply& answer) {
    if (asked.preference)
        answer.headers.emplace_back("Preference-Applied", "wait=" + std::to_string(asked.wait.count()));
}

} // namespace holdfast::net::handlers
