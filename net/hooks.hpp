// What the front end asks of the rest of the program. All are called on the shard's own thread.
#pragma once

#include "domain/async.hpp"
#include "domain/identity.hpp"
#include "domain/result.hpp"

#include <string_view>

namespace holdfast::net {

class authenticator {
public:
    // Who a bearer token stands for; errc::unauthorized when nobody. The text lives until the coroutine ends.
    virtual awaitable<result<identity>> identify(std::string_view bearer_token) = 0;

protected:
    ~authenticator() = default;
};

class observer {
public:
    // Once for each reply, written or not. `route` is a route's name, or "unmatched" or "malformed". Long
    // polls count their wait.
    virtual void on_request(std::string_view route, unsigned status, double seconds) = 0;

protected:
    ~observer() = default;
};

} // namespace holdfast::net
