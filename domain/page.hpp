// One page of a list, newest first. Ids are version 7 UUIDs, so their order is the order of making, and the
// last id of a page is the cursor to the next.
#pragma once

#include "domain/id.hpp"

#include <optional>
#include <vector>

namespace holdfast {

struct page_request {
    int limit = 50;
    std::optional<uuid> before; // exclusive
};

template <class T> struct page {
    std::vector<T> items;
    std::optional<uuid> next; // nothing: this was the last page
};

// Cuts the one item that was read too many and says where to go on. `id_of` gives an item's UUID.
template <class T, class IdOf> page<T> make_page(std::vector<T> read, int limit, IdOf id_of) {
    page<T> out{std::move(read), std::nullopt};
    if (out.items.size() > static_cast<std::size_t>(limit)) {
        out.items.resize(static_cast<std::size_t>(limit));
        out.next = id_of(out.items.back());
    }
    return out;
}

} // namespace holdfast
