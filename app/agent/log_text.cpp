#include "app/agent/log_text.hpp"

#include "domain/repository.hpp"

#include <algorithm>

namespace holdfast::app {
namespace {

// Length of the UTF-8 sequence at the beginning (RFC 3629, section 4), 0 when there is none.
std::size_t sequence_length(std::string_view text) {
    const auto at = [text](std::size_t i) {
        return i < text.size() ? static_cast<unsigned>(static_cast<unsigned char>(text[i])) : 0U;
    };
    const auto tail = [&at](std::size_t i) { return (at(i) & 0xC0U) == 0x80U; };
    const unsigned first = at(0);
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first <= 0xDF) return tail(1) ? 2 : 0;
    if (first >= 0xE0 && first <= 0xEF) {
        const bool good =
            tail(1) && tail(2) && !(first == 0xE0 && at(1) < 0xA0) && !(first == 0xED && at(1) > 0x9F);
        return good ? 3 : 0;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        const bool good = tail(1) && tail(2) && tail(3) && !(first == 0xF0 && at(1) < 0x90) &&
                          !(first == 0xF4 && at(1) > 0x8F);
        return good ? 4 : 0;
    }
    return 0;
}

// What a byte takes inside of a JSON string.
std::size_t json_size(char c) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\' || c == '\n' || c == '\r' || c == '\t') return 2;
    return byte < 0x20 ? 6 : 1;
}

bool continues_character(char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

} // namespace

std::string storable(std::string_view text) {
    std::string clean;
    clean.reserve(text.size());
    while (!text.empty()) {
        const std::size_t length = sequence_length(text);
        if (length == 0 || text.front() == '\0')
            clean += "\xEF\xBF\xBD";
        else
            clean.append(text.substr(0, length));
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return clean;
}

std::string storable_tail(std::string_view text, std::size_t json_bytes_max) {
    const std::string clean = storable(text);
    std::size_t begin = clean.size();
    for (std::size_t room = json_bytes_max; begin > 0 && json_size(clean[begin - 1]) <= room; --begin)
        room -= json_size(clean[begin - 1]);
    while (begin < clean.size() && continues_character(clean[begin])) ++begin;
    return clean.substr(begin);
}

std::size_t json_head(std::string_view text, std::size_t json_bytes_max) {
    std::size_t end = 0;
    for (std::size_t room = json_bytes_max; end < text.size() && json_size(text[end]) <= room; ++end)
        room -= json_size(text[end]);
    while (end > 0 && end < text.size() && continues_character(text[end])) --end;
    return end;
}

std::string without_password(std::string text, std::string_view repository) {
    const std::string masked = masked_repository(repository);
    if (masked == repository) return text;
    const std::size_t at_password = masked.find("***@");
    const std::size_t length = repository.size() + 3 - masked.size();
    const std::string secret = ":" + std::string(repository.substr(at_password, length)) + "@";
    for (std::size_t at = text.find(secret); at != std::string::npos; at = text.find(secret, at + 5))
        text.replace(at, secret.size(), ":***@");
    return text;
}

} // namespace holdfast::app
