// One page of a list, newest first. The key of a page's last item is the cursor to the next: an id (ids are
// version 7 UUIDs, so their order is the order of making), or several, where it takes more to name a place.
#pragma once

#include "domain/id.hpp"

#include <optional>
#include <utility>
#include <vector>

namespace holdfast {

template <class Key> struct page_request_by {
    int limit = 50;
    std::optional<Key> before; // exclusive
};

using page_request = page_request_by<uuid>;

template <class T, class Key = uuid> struct page {
    std::vector<T> items;
    std::optional<Key> next; // nothing: this was the last page
};

// Cuts the one item that was read too many and says where to go on. `key_of` gives an item's key.
template <class T, class KeyOf>
auto make_page(std::vector<T> read, int limit, KeyOf key_of)
    -> page<T, decltype(key_of(std::declval<const T&>()))> {
    page<T, decltype(key_of(std::declval<const T&>()))> out{std::move(read), std::nullopt};
    if (out.items.size() > static_cast<std::size_t>(limit)) {
        out.items.resize(static_cast<std::size_t>(limit));
        out.next = key_of(out.items.back());
    }
    return out;
}

} // namespace holdfast
