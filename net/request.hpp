// One request as handlers see it: method, target, the few headers that anything needs, body. Holds no parser
// and no buffer, because it stays alive while a long poll is parked.
#pragma once

#include "net/query.hpp"

#include <boost/asio/ip/address.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace holdfast::net {

enum class verb : std::uint8_t { get, post, put, patch, delete_ };

[[nodiscard]] std::string_view name_of(verb method);                // "GET", …, "DELETE"
[[nodiscard]] std::optional<verb> verb_from(std::string_view name); // exact case, as in RFC 9110

// The headers that are kept; all others are read and forgotten. Bytes outside of printable ASCII arrive as
// '?'.
enum class header : std::uint8_t {
    authorization, // empty once the caller has been identified, so that no secret stays in memory
    content_type,
    prefer,
    idempotency_key,
    request_id,
    traceparent, // empty where it is not well-formed
    expect,
    user_agent,
    accept_encoding,
    if_none_match,
};

inline constexpr std::size_t header_count = 10;

class request {
public:
    verb method = verb::get;
    bool head = false;        // a HEAD request: method is get, and the reply's body is not sent
    asio::ip::address remote; // of the connection, not what a proxy says
    query_parameters query;
    std::string body;

    // As sent: path and query. target() and header() stay valid until set() or forget() is called; what was
    // set last, forget() gives back.
    [[nodiscard]] std::string_view target() const { return std::string_view(text_).substr(0, target_size_); }

    [[nodiscard]] std::string_view path() const { return target().substr(0, target().find('?')); }

    // Empty when absent; of several the first.
    [[nodiscard]] std::string_view header(net::header name) const;

    void set_target(std::string_view target); // first of all
    void set(net::header name, std::string_view value);
    void forget(net::header name);

private:
    struct piece {
        std::uint32_t at = 0;
        std::uint32_t size = 0;
    };

    std::string text_; // target and header values behind one another: one allocation for all
    std::size_t target_size_ = 0;
    std::array<piece, header_count> headers_{};
};

} // namespace holdfast::net
