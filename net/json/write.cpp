#include "net/json/write.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/serializer.hpp>

#include <array>
#include <charconv>
#include <cmath>

namespace holdfast::net::json {
namespace {

template <class Any> void serialize(std::string& out, const Any& any) {
    boost::json::serializer text;
    text.reset(&any);
    std::array<char, 2048> room{};
    while (!text.done()) {
        const auto piece = text.read(room.data(), room.size());
        out.append(piece.data(), piece.size());
    }
}

} // namespace

void write(std::string& out, std::string_view text) {
    static constexpr char hex[] = "0123456789abcdef";
    out += '"';
    std::size_t from = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte >= 0x20 && byte != '"' && byte != '\\') continue;
        out.append(text, from, i - from);
        from = i + 1;
        switch (byte) {
        case '"': out += "\\\""; break;
        case '\\': out += "\\\\"; break;
        case '\n': out += "\\n"; break;
        case '\r': out += "\\r"; break;
        case '\t': out += "\\t"; break;
        default:
            out += "\\u00";
            out += hex[byte >> 4U];
            out += hex[byte & 15U];
        }
    }
    out.append(text, from);
    out += '"';
}

void write(std::string& out, double value) {
    if (!std::isfinite(value)) {
        out += "null";
        return;
    }
    std::array<char, 32> text{};
    const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value);
    out.append(text.data(), end);
}

void write(std::string& out, const uuid& value) {
    write(out, std::string_view(to_string(value)));
}

void write(std::string& out, instant value) {
    write(out, std::string_view(to_rfc3339(value)));
}

void write(std::string& out, const boost::json::value& any) {
    serialize(out, any);
}

void write(std::string& out, const boost::json::object& any) {
    serialize(out, any);
}

void write(std::string& out, const boost::json::array& any) {
    serialize(out, any);
}

} // namespace holdfast::net::json
