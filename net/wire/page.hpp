// Lists on the wire: {items, nextCursor?}. The cursor is opaque to clients.
#pragma once

#include "domain/page.hpp"
#include "net/exchange.hpp"
#include "net/json/write.hpp"
#include "net/reply.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace holdfast::net::wire {

// `limit` (1 to 200, default 50) and `cursor` of a list.
[[nodiscard]] result<page_request> page_of(const exchange& x);

[[nodiscard]] std::string cursor_text(const uuid& last);

template <class T, class View> reply page_reply(page<T> from, View view) {
    reply out;
    out.content_type = "application/json";
    out.body = "{\"items\":[";
    for (bool first = true; T & item : from.items) {
        if (!std::exchange(first, false)) out.body += ',';
        json::write(out.body, view(std::move(item)));
    }
    out.body += ']';
    if (from.next) out.body += ",\"nextCursor\":\"" + cursor_text(*from.next) + '"';
    out.body += '}';
    return out;
}

} // namespace holdfast::net::wire
