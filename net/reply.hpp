// One reply. Plain data: made by handlers, rendered by the connection in one write.
#pragma once

#include "domain/async.hpp"
#include "domain/result.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace holdfast::net {

// A body that is too large to be held: fetched piece by piece while it is sent.
class body_source {
public:
    virtual ~body_source() = default;
    // The next piece, never empty. An error ends the connection: what was sent can't be taken back.
    virtual awaitable<result<std::string>> next() = 0;
};

struct reply {
    unsigned status = 200;
    std::string content_type; // empty with an empty body
    std::string body;
    std::vector<std::pair<std::string, std::string>> headers; // beside those that the connection adds
    bool close = false;                                       // end the connection after this reply

    std::unique_ptr<body_source> rest; // what follows the body, so many bytes
    std::size_t rest_bytes = 0;

    // Called at most once, on the shard's thread, when the reply could not be written. That it was written
    // does not mean that it was read.
    std::function<void()> undelivered;
};

[[nodiscard]] inline reply no_content() {
    reply out;
    out.status = 204;
    return out;
}

[[nodiscard]] inline reply text_reply(unsigned status, std::string_view content_type, std::string body) {
    reply out;
    out.status = status;
    out.content_type = content_type;
    out.body = std::move(body);
    return out;
}

// What a connection knows and a handler need not say.
struct rendering {
    std::string_view request_id;
    bool head = false;           // leave the body out, keep its length
    bool close = false;          // "Connection: close"
    bool say_keep_alive = false; // an HTTP/1.0 client that asked for it
};

// Status line, headers and body as they go on the wire. Control characters in header values are dropped.
[[nodiscard]] std::string render(const reply& what, const rendering& how);

} // namespace holdfast::net
