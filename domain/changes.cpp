#include "domain/changes.hpp"

#include <algorithm>

namespace holdfast {

void change_digest::add(change_kind kind, const change& one) {
    if (many(kind)) return;
    auto& listed = listed_[static_cast<std::size_t>(kind)];
    if (std::ranges::find(listed, one) != listed.end()) return;
    if (listed.size() == listed_max) return add_many(kind);
    listed.push_back(one);
}

void change_digest::add_many(change_kind kind) {
    many_[static_cast<std::size_t>(kind)] = true;
    listed_[static_cast<std::size_t>(kind)].clear();
}

bool change_digest::empty() const {
    return std::ranges::all_of(listed_, [](const auto& listed) { return listed.empty(); }) &&
           std::ranges::none_of(many_, [](bool many) { return many; });
}

} // namespace holdfast
