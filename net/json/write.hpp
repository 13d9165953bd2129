// Described structs (Boost.Describe) as JSON text. Empty optionals are left out of objects (null in arrays);
// ids are lower-case strings, times RFC 3339 in UTC, enums their names, strings are taken to be UTF-8. A
// double that is not finite is written as null.
#pragma once

#include "domain/id.hpp"
#include "domain/task.hpp"
#include "domain/time.hpp"
#include "net/json/names.hpp"
#include "net/reply.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <charconv>
#include <concepts>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace holdfast::net::json {

void write(std::string& out, std::string_view text); // quoted and escaped
void write(std::string& out, double value);
void write(std::string& out, const uuid& value);
void write(std::string& out, instant value);

inline void write(std::string& out, const document& whole) {
    out += whole.text;
}

void write(std::string& out, const boost::json::value& any);
void write(std::string& out, const boost::json::object& any);
void write(std::string& out, const boost::json::array& any);

inline void write(std::string& out, const std::string& text) {
    write(out, std::string_view(text));
}

inline void write(std::string& out, const char* text) {
    write(out, std::string_view(text));
}

template <std::same_as<bool> T> void write(std::string& out, T value) {
    out += value ? "true" : "false";
}

template <class T>

requires(std::integral<T> && !std::same_as<T, bool>) void write(std::string& out, T value) {
    out += std::to_string(value);
}

template <class E>
requires std::is_enum_v<E>

void write(std::string& out, E value) {
    for (const auto& [each, name] : enum_names<E>::all)
        if (each == value) return write(out, std::string_view(name));
    write(out, std::string_view());
}

template <class Tag> void write(std::string& out, const id<Tag>& value) {
    write(out, value.value);
}

template <class T> void write(std::string& out, const std::optional<T>& value);
template <class T> void write(std::string& out, const std::vector<T>& values);
template <class T> void write(std::string& out, const std::map<std::string, T>& values);
template <described_struct T> void write(std::string& out, const T& value);

template <class T> void write(std::string& out, const std::optional<T>& value) {
    if (value)
        write(out, *value);
    else
        out += "null";
}

template <class T> void write(std::string& out, const std::vector<T>& values) {
    char before = '[';
    for (const auto& each : values) {
        out += before;
        write(out, static_cast<const T&>(each));
        before = ',';
    }
    out += before == '[' ? "[]" : "]";
}

template <class T> void write(std::string& out, const std::map<std::string, T>& values) {
    char before = '{';
    for (const auto& [name, value] : values) {
        out += before;
        write(out, name);
        out += ':';
        write(out, value);
        before = ',';
    }
    out += before == '{' ? "{}" : "}";
}

template <described_struct T> void write(std::string& out, const T& value) {
    char before = '{';
    boost::mp11::mp_for_each<described_members<T>>([&](auto d) {
        const auto& member = value.*d.pointer;
        if constexpr (is_optional<std::remove_cvref_t<decltype(member)>>::value)
            if (!member) return;
        out += before;
        out += '"';
        out += wire_name<decltype(d)>; // an identifier: nothing to escape
        out += "\":";
        write(out, member);
        before = ',';
    });
    out += before == '{' ? "{}" : "}";
}

template <class T> [[nodiscard]] std::string to_text(const T& value) {
    std::string out;
    write(out, value);
    return out;
}

} // namespace holdfast::net::json

namespace holdfast::net {

template <class T> [[nodiscard]] reply json_reply(unsigned status, const T& body) {
    reply out;
    out.status = status;
    out.content_type = "application/json";
    json::write(out.body, body);
    return out;
}

template <class T> [[nodiscard]] reply ok(const T& body) {
    return json_reply(200, body);
}

} // namespace holdfast::net
