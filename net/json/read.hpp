// JSON bodies into described structs (Boost.Describe), with a JSON pointer for everything that does not fit.
//
// Members are required unless they are std::optional (a default does not change that); null counts as absent,
// but for std::optional<std::optional<T>>, where it is a value of its own (for a PATCH: absent stays, null
// removes); unknown members are ignored; of a name given twice the last counts. Integers must be written as
// integers, numbers must be finite, strings hold no NUL (PostgreSQL's text can't), enums are read by name,
// ids and times in their text forms. boost::json::object and value are taken as they are.
#pragma once

#include "domain/id.hpp"
#include "domain/result.hpp"
#include "domain/time.hpp"
#include "net/json/names.hpp"
#include "net/request.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <concepts>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace holdfast::net::json {

inline constexpr std::size_t depth_max = 16;
inline constexpr std::size_t complaints_max = 16;
inline constexpr std::size_t parsed_bytes_max = std::size_t{16} * 1024 * 1024; // memory of one parsed body

namespace bj = boost::json;

class reader {
public:
    template <class T> void read(const bj::value& from, T& into) {
        if constexpr (takes_null<T>) {
            read(from, into.emplace());
        } else if constexpr (is_optional<T>::value) {
            if (from.is_null())
                into.reset();
            else
                read(from, into.emplace());
        } else if constexpr (std::is_same_v<T, bool>) {
            if (const bool* given = from.if_bool())
                into = *given;
            else
                complain("must be true or false");
        } else if constexpr (std::integral<T>) {
            read_integer(from, into);
        } else if constexpr (std::is_enum_v<T>) {
            read_enum(from, into);
        } else if constexpr (described_struct<T>) {
            read_struct(from, into);
        } else {
            read_one(from, into);
        }
    }

    [[nodiscard]] bool good() const { return complaints_.empty(); }

    [[nodiscard]] std::vector<field_error> take() { return std::move(complaints_); }

    // Adds to the list, for the place that is being read; the 17th and later are dropped.
    void complain(std::string detail);

private:
    struct step {
        std::string_view name; // of an object's member, or empty
        std::size_t index = 0; // of an array's element
        bool element = false;
    };

    template <class T> void read_integer(const bj::value& from, T& into) {
        if (const std::int64_t* given = from.if_int64(); given && std::in_range<T>(*given))
            into = static_cast<T>(*given);
        else if (const std::uint64_t* big = from.if_uint64(); big && std::in_range<T>(*big))
            into = static_cast<T>(*big);
        else
            complain("must be an integer from " + std::to_string(std::numeric_limits<T>::min()) + " to " +
                     std::to_string(std::numeric_limits<T>::max()));
    }

    template <class T> void read_enum(const bj::value& from, T& into) {
        if (const bj::string* given = from.if_string())
            for (const auto& [value, name] : enum_names<T>::all)
                if (name == std::string_view(given->data(), given->size())) {
                    into = value;
                    return;
                }
        std::string wanted = "must be one of ";
        for (bool first = true; const auto& [value, name] : enum_names<T>::all) {
            if (!std::exchange(first, false)) wanted += ", ";
            wanted += name;
        }
        complain(std::move(wanted));
    }

    template <class T> void read_struct(const bj::value& from, T& into) {
        const bj::object* object = from.if_object();
        if (!object) return complain("must be an object");
        boost::mp11::mp_for_each<described_members<T>>([&](auto d) {
            constexpr std::string_view name = wire_name<decltype(d)>;
            auto& member = into.*d.pointer;
            const bj::value* given = object->if_contains({name.data(), name.size()});
            using member_type = std::remove_reference_t<decltype(member)>;
            const bool absent = !given || (given->is_null() && !takes_null<member_type>);
            path_.push_back({name});
            if constexpr (is_optional<member_type>::value) {
                if (absent)
                    member.reset();
                else
                    read(*given, member);
            } else {
                if (absent)
                    complain("is required");
                else
                    read(*given, member);
            }
            path_.pop_back();
        });
    }

    template <class T> void read_one(const bj::value& from, std::vector<T>& into) {
        const bj::array* array = from.if_array();
        if (!array) return complain("must be an array");
        into.reserve(array->size());
        for (std::size_t i = 0; i < array->size() && complaints_.size() < complaints_max; ++i) {
            path_.push_back({{}, i, true});
            read((*array)[i], into.emplace_back());
            path_.pop_back();
        }
    }

    template <class T> void read_one(const bj::value& from, std::map<std::string, T>& into) {
        const bj::object* object = from.if_object();
        if (!object) return complain("must be an object");
        for (const auto& [key, value] : *object) {
            const std::string_view name(key.data(), key.size());
            path_.push_back({name});
            if (name.find('\0') != name.npos)
                complain("must have a name without NUL");
            else
                read(value, into[std::string(name)]);
            path_.pop_back();
        }
    }

    template <class Tag> void read_one(const bj::value& from, id<Tag>& into) { read_one(from, into.value); }

    void read_one(const bj::value& from, std::string& into);
    void read_one(const bj::value& from, double& into);
    void read_one(const bj::value& from, uuid& into);
    void read_one(const bj::value& from, instant& into);
    void read_one(const bj::value& from, bj::object& into);
    void read_one(const bj::value& from, bj::value& into);

    [[nodiscard]] bool storable(const bj::value& any); // complains about NUL and infinity inside
    [[nodiscard]] std::string pointer() const;

    std::vector<step> path_;
    std::vector<field_error> complaints_;
};

namespace detail {

// Parses into memory that lives as long as this object.
class parsed_body {
public:
    parsed_body();
    parsed_body(const parsed_body&) = delete;
    parsed_body& operator=(const parsed_body&) = delete;
    ~parsed_body();

    // errc::unsupported_media, errc::invalid (no JSON), errc::too_large. An empty text is an empty object.
    [[nodiscard]] result<const bj::value*> parse(std::string_view text, std::string_view content_type);

private:
    struct memory;
    std::unique_ptr<memory> memory_;
};

[[nodiscard]] failure invalid_body(std::vector<field_error> complaints);

} // namespace detail

// A whole body. errc::unsupported_media when there is one and it is not application/json in UTF-8;
// errc::invalid with the pointers otherwise. An empty body counts as {}.
template <class T> [[nodiscard]] result<T> read_body(std::string_view body, std::string_view content_type) {
    detail::parsed_body parsed;
    result<const bj::value*> root = parsed.parse(body, content_type);
    if (!root) return std::move(root).error();
    reader in;
    T out{};
    in.read(**root, out);
    if (!in.good()) return detail::invalid_body(in.take());
    return out;
}

template <class T> [[nodiscard]] result<T> read_body(const request& asked) {
    return read_body<T>(asked.body, asked.header(header::content_type));
}

} // namespace holdfast::net::json
