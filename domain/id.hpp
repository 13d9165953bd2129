// Identifiers: UUIDs (RFC 9562), one C++ type for each kind of thing so that they can't be mixed up.
#pragma once

#include <boost/uuid/uuid.hpp>

#include <chrono>
#include <compare>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace holdfast {

using boost::uuids::uuid;

// Any version, any case, with hyphens as in RFC 9562; nothing else (no braces, no URN).
[[nodiscard]] std::optional<uuid> parse_uuid(std::string_view text);

// Lower case, with hyphens.
[[nodiscard]] std::string to_string(const uuid& value);

// When a version 7 UUID was made (RFC 9562, 5.7).
[[nodiscard]] std::chrono::sys_time<std::chrono::milliseconds> time_of(const uuid& made);

// A new version 7 UUID: ordered by time within a process, also inside one millisecond. Any thread.
[[nodiscard]] uuid make_uuid();

template <class Tag> struct id {
    uuid value{};

    [[nodiscard]] static id make() { return {make_uuid()}; }

    [[nodiscard]] bool is_nil() const { return value.is_nil(); }

    friend bool operator==(const id&, const id&) = default;

    friend auto operator<=>(const id& a, const id& b) {
        return std::memcmp(a.value.data, b.value.data, 16) <=> 0;
    }
};

template <class Tag> [[nodiscard]] std::string to_string(const id<Tag>& value) {
    return to_string(value.value);
}

using tenant_id = id<struct tenant_tag>;
using agent_id = id<struct agent_tag>;
using policy_id = id<struct policy_tag>;
using task_id = id<struct task_tag>;
using token_id = id<struct token_tag>;
using event_id = id<struct event_tag>;
using audit_id = id<struct audit_tag>;
using poll_id = id<struct poll_tag>;

// Our own UUIDs hold 74 random bits, but a client may register ids of its choice nowhere; mixing both halves
// is enough of a hash.
struct id_hash {
    using is_avalanching = void;

    template <class Tag> std::size_t operator()(const id<Tag>& value) const { return (*this)(value.value); }

    std::size_t operator()(const uuid& value) const {
        std::uint64_t a = 0;
        std::uint64_t b = 0;
        std::memcpy(&a, value.data, 8);
        std::memcpy(&b, value.data + 8, 8);
        a ^= b * 0x9E3779B97F4A7C15ULL;
        a ^= a >> 32U;
        a *= 0xD6E8FEB86659FD93ULL;
        return a ^ (a >> 32U);
    }
};

} // namespace holdfast
