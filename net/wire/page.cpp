#include "net/wire/page.hpp"

#include "domain/secret.hpp"

namespace holdfast::net::wire {

result<int> limit_of(const exchange& x) {
    auto limit = x.query().integer("limit", 1, 200, page_request().limit);
    if (!limit) return std::move(limit).error();
    return static_cast<int>(*limit);
}

result<std::string> cursor_of(const exchange& x, std::size_t size) {
    const auto cursor = x.query().text("cursor");
    if (!cursor) return std::string();
    auto bytes = from_base64url(*cursor);
    if (!bytes || bytes->size() != size)
        return bad_parameter("cursor", "what nextCursor of the page before said");
    return std::move(*bytes);
}

std::string cursor_text(std::string_view key) {
    return to_base64url(key);
}

} // namespace holdfast::net::wire
