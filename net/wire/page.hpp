// Lists on the wire: {items, nextCursor?}. The cursor is opaque to clients.
#pragma once

#include "domain/page.hpp"
#include "net/exchange.hpp"
#include "net/json/write.hpp"
#include "net/reply.hpp"

#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace holdfast::net::wire {

// `limit` (1 to 200, default 50) of a list.
[[nodiscard]] result<int> limit_of(const exchange& x);

// The bytes of `cursor`; empty: it was not given.
[[nodiscard]] result<std::string> cursor_of(const exchange& x, std::size_t size);
[[nodiscard]] std::string cursor_text(std::string_view key);

// A key is ids, its bytes are the cursor.
template <class Key = uuid> [[nodiscard]] result<page_request_by<Key>> page_of(const exchange& x) {
    static_assert(std::is_trivially_copyable_v<Key> && std::has_unique_object_representations_v<Key>);
    page_request_by<Key> out;
    auto limit = limit_of(x);
    if (!limit) return std::move(limit).error();
    out.limit = *limit;
    auto cursor = cursor_of(x, sizeof(Key));
    if (!cursor) return std::move(cursor).error();
    if (!cursor->empty()) std::memcpy(&out.before.emplace(), cursor->data(), sizeof(Key));
    return out;
}

template <class T, class Key, class View> reply page_reply(page<T, Key> from, View view) {
    reply out;
    out.content_type = "application/json";
    out.body = "{\"items\":[";
    for (bool first = true; T & item : from.items) {
        if (!std::exchange(first, false)) out.body += ',';
        json::write(out.body, view(std::move(item)));
    }
    out.body += ']';
    if (from.next)
        out.body += ",\"nextCursor\":\"" +
                    cursor_text({reinterpret_cast<const char*>(&*from.next), sizeof(Key)}) + '"';
    out.body += '}';
    return out;
}

} // namespace holdfast::net::wire
