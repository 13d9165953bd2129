#include "net/wire/page.hpp"

#include "domain/secret.hpp"

#include <cstring>

namespace holdfast::net::wire {

result<page_request> page_of(const exchange& x) {
    page_request out;
    auto limit = x.query().integer("limit", 1, 200, out.limit);
    if (!limit) return std::move(limit).error();
    out.limit = static_cast<int>(*limit);
    if (const auto cursor = x.query().text("cursor")) {
        const auto bytes = from_base64url(*cursor);
        if (!bytes || bytes->size() != 16)
            return bad_parameter("cursor", "what nextCursor of the page before said");
        uuid last{};
        std::memcpy(last.data, bytes->data(), 16);
        out.before = last;
    }
    return out;
}

std::string cursor_text(const uuid& last) {
    return to_base64url(std::string_view(reinterpret_cast<const char*>(last.data), 16));
}

} // namespace holdfast::net::wire
