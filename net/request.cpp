#include "net/request.hpp"

#include <openssl/crypto.h>

namespace holdfast::net {
namespace {

constexpr std::array<std::string_view, 5> verbs{"GET", "POST", "PUT", "PATCH", "DELETE"};

} // namespace

std::string_view name_of(verb method) {
    return verbs.at(static_cast<std::size_t>(method));
}

std::optional<verb> verb_from(std::string_view name) {
    for (std::size_t i = 0; i < verbs.size(); ++i)
        if (verbs.at(i) == name) return static_cast<verb>(i);
    return std::nullopt;
}

std::string_view request::header(net::header name) const {
    const piece& p = headers_.at(static_cast<std::size_t>(name));
    return std::string_view(text_).substr(p.at, p.size);
}

void request::set_target(std::string_view target) {
    text_ = target;
    target_size_ = target.size();
    headers_ = {};
}

void request::set(net::header name, std::string_view value) {
    piece& p = headers_.at(static_cast<std::size_t>(name));
    if (p.size != 0) return;
    p = {static_cast<std::uint32_t>(text_.size()), static_cast<std::uint32_t>(value.size())};
    for (const char c : value) text_ += (c >= 0x20 && c < 0x7f) || c == '\t' ? c : '?';
}

void request::forget(net::header name) {
    piece& p = headers_.at(static_cast<std::size_t>(name));
    OPENSSL_cleanse(text_.data() + p.at, p.size);
    if (p.at + p.size == text_.size()) text_.resize(p.at);
    text_.shrink_to_fit();
    p = {};
}

} // namespace holdfast::net
