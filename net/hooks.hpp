// What the front end asks of the rest of the program. All are called on the shard's own thread.
#pragma once

#include "domain/async.hpp"
#include "domain/identity.hpp"
#include "domain/result.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace holdfast::net {

class authenticator {
public:
    // Who a bearer token stands for; errc::unauthorized when nobody. The text lives until the coroutine ends.
    virtual awaitable<result<identity>> identify(std::string_view bearer_token) = 0;

    // The agent of a client certificate; errc::unauthorized when there is none (any more).
    virtual awaitable<result<identity>> identify(const certified_agent& who) = 0;

    // Whether it was a right one when it was last looked up, as far as is still known here.
    [[nodiscard]] virtual bool remembers(std::string_view bearer_token) const = 0;

protected:
    ~authenticator() = default;
};

// Which limit a caller ran into.
enum class refusal : std::uint8_t {
    connections_per_address,
    handshakes_per_address,
    requests_per_address,
    requests_per_token,
    wrong_tokens,
};

inline constexpr std::size_t refusal_count = 5;

[[nodiscard]] constexpr std::string_view name_of(refusal why) {
    switch (why) {
    case refusal::connections_per_address: return "connections_per_address";
    case refusal::handshakes_per_address: return "handshakes_per_address";
    case refusal::requests_per_address: return "requests_per_address";
    case refusal::requests_per_token: return "requests_per_token";
    case refusal::wrong_tokens: return "wrong_tokens_per_address";
    }
    return {};
}

class observer {
public:
    // Once for each reply, written or not. `route` is a route's name, or "unmatched" or "malformed". Long
    // polls count their wait.
    virtual void on_request(std::string_view route, unsigned status, double seconds) = 0;

    virtual void on_refusal(refusal why) = 0;

protected:
    ~observer() = default;
};

} // namespace holdfast::net
