// PostgreSQL's binary format of each type that the product uses. bind() and row::get() stand on it.
//
//   uuid, id<Tag>   std::string, string_view (text)   std::int32_t   std::int64_t   bool   double (float8)
//   instant (timestamptz)   jsonb   bytes (bytea)
//
// std::optional<T> of each (empty is NULL), and std::vector or std::deque of T or std::optional<T> as a
// one-dimensional array. Arrays of bool are std::deque<bool>: std::vector<bool> has no elements to refer to.
#pragma once

#include "domain/id.hpp"
#include "domain/time.hpp"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace holdfast::pg {

// Not aggregates: GCC 12 copies the bytes of an aggregate that is made inside of a co_await's arguments, and
// frees what it owns twice.
struct jsonb {
    jsonb() = default;

    jsonb(std::string json) : text(std::move(json)) {} // NOLINT(google-explicit-constructor)

    std::string text; // well-formed JSON; the server refuses anything else (22P02)
    friend bool operator==(const jsonb&, const jsonb&) = default;
};

struct bytes {
    bytes() = default;

    bytes(std::vector<unsigned char> octets)
        : data(std::move(octets)) {} // NOLINT(google-explicit-constructor)

    std::vector<unsigned char> data;
    friend bool operator==(const bytes&, const bytes&) = default;
};

using oid = std::uint32_t;

// Big-endian, as the protocol wants it.
template <class Unsigned> void put_number(std::string& out, Unsigned value) {
    for (unsigned shift = sizeof(Unsigned) * 8; shift != 0; shift -= 8)
        out += static_cast<char>(static_cast<unsigned char>(value >> (shift - 8)));
}

template <class Unsigned> [[nodiscard]] Unsigned read_number(const char* in) {
    Unsigned value = 0;
    for (std::size_t i = 0; i < sizeof(Unsigned); ++i)
        value = static_cast<Unsigned>((value << 8U) | static_cast<unsigned char>(in[i]));
    return value;
}

// type: what a value is sent as; array: the type of its array; reads(): what it can be read from. put()
// appends, get() is false when the bytes are not such a value. Type numbers: catalog/pg_type.dat, fixed for
// good.
template <class T> struct codec;

template <oid Type, oid Array> struct codec_of {
    static constexpr oid type = Type;
    static constexpr oid array = Array;

    static constexpr bool reads(oid other) { return other == Type; }
};

template <> struct codec<bool> : codec_of<16, 1000> {
    static void put(std::string& out, bool value) { out += static_cast<char>(value ? 1 : 0); }

    [[nodiscard]] static bool get(std::string_view in, bool& out) {
        if (in.size() != 1) return false;
        out = in[0] != 0;
        return true;
    }
};

template <class Value, class Unsigned, oid Type, oid Array> struct number_codec : codec_of<Type, Array> {
    static_assert(sizeof(Value) == sizeof(Unsigned));

    static void put(std::string& out, Value value) { put_number(out, std::bit_cast<Unsigned>(value)); }

    [[nodiscard]] static bool get(std::string_view in, Value& out) {
        if (in.size() != sizeof(Unsigned)) return false;
        out = std::bit_cast<Value>(read_number<Unsigned>(in.data()));
        return true;
    }
};

template <> struct codec<std::int32_t> : number_codec<std::int32_t, std::uint32_t, 23, 1007> {};

template <> struct codec<std::int64_t> : number_codec<std::int64_t, std::uint64_t, 20, 1016> {};

template <> struct codec<double> : number_codec<double, std::uint64_t, 701, 1022> {};

// Microseconds since 2000-01-01. instant::max() and min() stand for infinity and -infinity.
template <> struct codec<instant> : codec_of<1184, 1185> {
    static void put(std::string& out, instant value);
    [[nodiscard]] static bool get(std::string_view in, instant& out);
};

template <> struct codec<uuid> : codec_of<2950, 2951> {
    static void put(std::string& out, const uuid& value) {
        out.append(reinterpret_cast<const char*>(value.data), sizeof value.data);
    }

    [[nodiscard]] static bool get(std::string_view in, uuid& out) {
        if (in.size() != sizeof out.data) return false;
        std::memcpy(out.data, in.data(), sizeof out.data);
        return true;
    }
};

template <class Tag> struct codec<id<Tag>> : codec_of<2950, 2951> {
    static void put(std::string& out, const id<Tag>& value) { codec<uuid>::put(out, value.value); }

    [[nodiscard]] static bool get(std::string_view in, id<Tag>& out) {
        return codec<uuid>::get(in, out.value);
    }
};

// text, name, bpchar and varchar have the same bytes.
struct text_codec : codec_of<25, 1009> {
    static constexpr bool reads(oid other) {
        return other == 25 || other == 19 || other == 1042 || other == 1043;
    }

    static void put(std::string& out, std::string_view value) { out += value; }
};

template <> struct codec<std::string> : text_codec {
    [[nodiscard]] static bool get(std::string_view in, std::string& out) {
        out.assign(in);
        return true;
    }
};

// Read as a view it is valid as long as its rows are.
template <> struct codec<std::string_view> : text_codec {
    [[nodiscard]] static bool get(std::string_view in, std::string_view& out) {
        out = in;
        return true;
    }
};

template <> struct codec<jsonb> : codec_of<3802, 3807> {
    static void put(std::string& out, const jsonb& value);
    [[nodiscard]] static bool get(std::string_view in, jsonb& out);
};

template <> struct codec<bytes> : codec_of<17, 1001> {
    static void put(std::string& out, const bytes& value) {
        out.append(value.data.begin(), value.data.end());
    }

    [[nodiscard]] static bool get(std::string_view in, bytes& out) {
        out.data.assign(in.begin(), in.end());
        return true;
    }
};

template <class T> struct optional_of : std::false_type { using type = T; };

template <class T> struct optional_of<std::optional<T>> : std::true_type { using type = T; };

// The head of a one-dimensional array; has_nulls is what the writer says, the reader looks at each length.
void put_array_head(std::string& out, oid element, std::size_t size, bool has_nulls);

// Walks the elements of an array. size() is negative when the bytes are no array of at most one dimension.
class array_reader {
public:
    explicit array_reader(std::string_view in);

    [[nodiscard]] int size() const { return size_; }

    [[nodiscard]] oid element() const { return element_; }

    // The next element's bytes, empty for NULL. False at a malformed end.
    [[nodiscard]] bool next(std::optional<std::string_view>& out);

private:
    std::string_view rest_;
    int size_ = -1;
    oid element_ = 0;
};

template <class Container> struct array_codec {
    using element = typename Container::value_type;
    using value = typename optional_of<element>::type;

    static constexpr oid type = codec<value>::array;

    // That the elements fit is checked by get(), where the array says what they are.
    static constexpr bool reads(oid other) {
        return other == type ||
               (codec<value>::type == 25 && (other == 1003 || other == 1014 || other == 1015));
    }

    static void put(std::string& out, const Container& values) {
        bool has_nulls = false;
        if constexpr (optional_of<element>::value)
            for (const element& e : values) has_nulls = has_nulls || !e;
        put_array_head(out, codec<value>::type, values.size(), has_nulls);
        for (const auto& e : values) put_element(out, e);
    }

    [[nodiscard]] static bool get(std::string_view in, Container& out) {
        out.clear();
        array_reader from(in);
        if (from.size() < 0 || (from.size() > 0 && !codec<value>::reads(from.element()))) return false;
        for (int i = 0; i < from.size(); ++i) {
            std::optional<std::string_view> raw;
            if (!from.next(raw) || (!raw && !optional_of<element>::value)) return false;
            value one{};
            if (raw && !codec<value>::get(*raw, one)) return false;
            if constexpr (optional_of<element>::value)
                out.push_back(raw ? element(std::move(one)) : element());
            else
                out.push_back(std::move(one));
        }
        return true;
    }

private:
    static void put_element(std::string& out, const element& e) {
        if constexpr (optional_of<element>::value) {
            if (!e) return put_number(out, ~std::uint32_t{0});
            put_value(out, *e);
        } else {
            put_value(out, e);
        }
    }

    static void put_value(std::string& out, const value& v) {
        const std::size_t at = out.size();
        out.append(4, '\0');
        codec<value>::put(out, v);
        std::string length;
        put_number(length, static_cast<std::uint32_t>(out.size() - at - 4));
        out.replace(at, 4, length);
    }
};

template <class T, class Allocator>
struct codec<std::vector<T, Allocator>> : array_codec<std::vector<T, Allocator>> {
    static_assert(!std::is_same_v<T, bool>, "arrays of bool are std::deque<bool>");
};

template <class T, class Allocator>
struct codec<std::deque<T, Allocator>> : array_codec<std::deque<T, Allocator>> {};

} // namespace holdfast::pg
