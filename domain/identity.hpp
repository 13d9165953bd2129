// Who asks: what a token (or a client certificate) was found to stand for.
#pragma once

#include "domain/id.hpp"
#include "domain/origin.hpp"

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace holdfast {

enum class token_kind : std::uint8_t { root, admin, operator_, viewer, enroll, agent, fleet };

inline constexpr token_kind last_token_kind = token_kind::fleet;

// "root", "admin", "operator", "viewer", "enroll", "agent", "fleet": as on the wire and in the database.
[[nodiscard]] std::string_view name_of(token_kind kind);
[[nodiscard]] std::optional<token_kind> token_kind_from(std::string_view name);

// A set of kinds, for the route table.
class token_kinds {
public:
    constexpr token_kinds() = default;

    constexpr token_kinds(std::initializer_list<token_kind> kinds) {
        for (const token_kind k : kinds) bits_ |= bit(k);
    }

    [[nodiscard]] constexpr bool contains(token_kind kind) const { return (bits_ & bit(kind)) != 0; }

    [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }

    constexpr bool operator==(const token_kinds&) const = default;

private:
    static constexpr unsigned bit(token_kind k) { return 1U << static_cast<unsigned>(k); }

    unsigned bits_ = 0;
};

struct identity {
    tenant_id tenant;
    token_kind kind = token_kind::viewer;
    token_id token;                // nil: a certificate stands for the agent
    std::optional<agent_id> agent; // of an `agent` token: the one agent that it belongs to
    std::optional<std::chrono::steady_clock::time_point> ends_at; // when the token expires
    std::uint64_t as_of = 0; // of the token service: how much it had heard of by then
};

// What a client certificate says that was verified.
struct certified_agent {
    tenant_id tenant;
    agent_id agent;
    std::chrono::steady_clock::time_point ends_at;
};

// For the history and the audit trail. What an agent does is known by the agent, what an operator does by the
// token.
[[nodiscard]] inline origin origin_of(const identity& who, const log::request_ref& asked) {
    const bool agent = who.kind == token_kind::agent || who.kind == token_kind::fleet;
    origin out;
    out.by = name_of(agent ? token_kind::agent : who.kind);
    if (!agent) out.token = who.token;
    out.request = asked.id;
    out.traceparent = asked.traceparent;
    return out;
}

} // namespace holdfast
