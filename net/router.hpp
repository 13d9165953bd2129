// The table of routes: verb and path pattern to handler, with who may call it.
#pragma once

#include "domain/async.hpp"
#include "domain/identity.hpp"
#include "net/exchange.hpp"
#include "net/reply.hpp"
#include "net/request.hpp"

#include <array>
#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::net {

// Exceptions become a 500 problem. A captureless function or a named object: never a capturing lambda
// coroutine.
using handler = std::function<awaitable<reply>(exchange&)>;

struct route {
    verb method = verb::get;
    std::string pattern{}; // "/agents/{agentId}/tasks"; every {parameter} is a UUID, at most three
    handler run{};
    token_kinds allowed{};          // empty: no token needed
    std::size_t body_bytes_max = 0; // 0: the limit's default. Bodies of GET and DELETE are read and dropped
    std::string name{};             // for metrics and logs; empty: verb and pattern

    // The token may be in the body instead of the header: without a header the handler runs, and exchange has
    // no identity; it asks the authenticator itself.
    bool token_in_body = false;

    // HEAD runs the handler as well. False for a GET that changes something (the poll): HEAD is a 405 there.
    bool head = true;
};

// What the router found. Exactly one of: found (chosen != nullptr); no such path (allow empty); no such verb
// on this path (allow filled).
struct match {
    const route* chosen = nullptr;
    path_ids ids;
    std::string_view bad_parameter; // of a chosen route: the name of a parameter that is no UUID
    std::string allow;              // "GET, HEAD, POST"
};

// Immutable once made; any thread.
class router {
public:
    // Throws std::invalid_argument, naming the route: same verb and path twice, no handler, bad pattern.
    explicit router(std::vector<route> table);

    // nullopt: a method that no route can have (405 on a known path).
    [[nodiscard]] match find(std::optional<verb> method, bool head,
                             std::span<const std::string> segments) const;

    [[nodiscard]] const std::vector<route>& routes() const { return table_; }

private:
    struct segment {
        std::string text; // literal, or the parameter's name
        bool parameter = false;
    };

    struct shape {
        std::vector<segment> segments;
    };

    [[nodiscard]] bool fits(const shape& wanted, std::span<const std::string> segments) const;

    std::vector<route> table_;
    std::vector<shape> shapes_; // beside table_, same index
};

} // namespace holdfast::net
