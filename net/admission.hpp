// The limits by address and by token of one core: who may connect, ask, and have a token looked up. Bounded
// in memory; a request that is let in allocates nothing here. Shard's thread only, hence no lock, and hence
// each core counts for itself.
#pragma once

#include "domain/id.hpp"
#include "domain/identity.hpp"
#include "domain/result.hpp"
#include "domain/token_bucket.hpp"
#include "net/held_map.hpp"
#include "net/hooks.hpp"
#include "net/limits.hpp"

#include <boost/asio/ip/address.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace holdfast::net {

// What counts as one address: of IPv6 the /64, as everybody has all of one.
using address_key = std::array<std::uint8_t, 9>; // 4 or 6, then the bytes

[[nodiscard]] address_key key_of(const asio::ip::address& address);
[[nodiscard]] std::string text_of(const address_key& key); // "192.0.2.1", "2001:db8::/64"

class admission {
public:
    struct history {
        token_bucket handshakes;
        token_bucket requests;
        token_bucket wrong_tokens;
        std::optional<steady_clock::time_point> told; // when the log last had a line about it
        std::uint64_t untold = 0;                     // refusals since
    };

    using addresses = held_map<address_key, history>;
    using visitor = addresses::entry; // an address that has connections

    admission(const limits& bounds, observer* seen);

    // Whether one more connection of this address is too many, or comes too soon after the others.
    [[nodiscard]] bool turns_away(const asio::ip::address& address, steady_clock::time_point now);

    // A connection that was not turned away, and begins its handshake.
    [[nodiscard]] visitor& enter(const asio::ip::address& address, steady_clock::time_point now);

    void leave(visitor& from) { addresses_.let_go(from); }

    // One more request of this address.
    [[nodiscard]] std::optional<failure> ask(visitor& from, steady_clock::time_point now);

    // Before a token is looked up: too many wrong ones came from there, and this one was never a right one.
    [[nodiscard]] std::optional<failure> look_up(visitor& from, std::string_view token,
                                                 const authenticator& tokens, steady_clock::time_point now);
    void note_wrong_token(visitor& from, steady_clock::time_point now);

    // One more request of this token, which is a right one.
    [[nodiscard]] std::optional<failure> ask(visitor& from, token_id token, steady_clock::time_point now);

private:
    void refused(visitor& from, refusal why, steady_clock::time_point now);
    failure refused(visitor& from, refusal why, steady_clock::duration wait, steady_clock::time_point now);

    std::size_t connections_max_;
    rate handshakes_;
    rate by_address_;
    rate by_token_;
    rate wrong_tokens_;
    observer* seen_;
    addresses addresses_;
    held_map<token_id, token_bucket> tokens_;
};

} // namespace holdfast::net
