// How members and enumerators are called on the wire. Shared by reader and writer.
#pragma once

#include <boost/describe/enumerators.hpp>
#include <boost/describe/members.hpp>
#include <boost/mp11/algorithm.hpp>

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

namespace holdfast::net::json {

namespace detail {

template <std::size_t N> struct short_text {
    std::array<char, N> bytes{};
    std::size_t size = 0;

    [[nodiscard]] constexpr std::string_view view() const { return {bytes.data(), size}; }
};

template <class Descriptor> constexpr auto camel() {
    constexpr std::string_view given = Descriptor::name;
    short_text<given.size() + 1> out;
    bool raise = false;
    for (const char c : given) {
        if (c == '_') {
            raise = true;
            continue;
        }
        const bool lower = c >= 'a' && c <= 'z';
        out.bytes[out.size] = raise && lower && out.size != 0 ? static_cast<char>(c - 'a' + 'A') : c;
        ++out.size;
        raise = false;
    }
    return out;
}

template <class Descriptor> inline constexpr auto camel_name = camel<Descriptor>();

template <class E> constexpr auto described_enumerators() {
    using all = boost::describe::describe_enumerators<E>;
    std::array<std::pair<E, std::string_view>, boost::mp11::mp_size<all>::value> out{};
    std::size_t at = 0;
    boost::mp11::mp_for_each<all>([&](auto d) { out[at++] = {d.value, camel_name<decltype(d)>.view()}; });
    return out;
}

} // namespace detail

// A described member's name: lowerCamelCase of snake_case (agent_id: "agentId", delete_: "delete"); a name
// that is camelCase already stays as it is.
template <class Descriptor>
inline constexpr std::string_view wire_name = detail::camel_name<Descriptor>.view();

// The enumerators and their names. Described enums are named as members are; others, and those whose names
// are no identifiers ("in-progress"), specialise this with an array or vector of pairs `all`. Of several
// names for one value the first is written, all are read.
template <class E> struct enum_names { static constexpr auto all = detail::described_enumerators<E>(); };

template <class T>
using described_members =
    boost::describe::describe_members<T, boost::describe::mod_public | boost::describe::mod_inherited>;

template <class T>
concept described_struct = std::is_class_v<T> && boost::describe::has_describe_members<T>::value;

template <class T> struct is_optional : std::false_type {};

template <class T> struct is_optional<std::optional<T>> : std::true_type {};

template <class T> inline constexpr bool takes_null = false;

template <class T> inline constexpr bool takes_null<std::optional<std::optional<T>>> = true;

} // namespace holdfast::net::json
