// What the connections of one shard share, and the list of them.
#pragma once

#include "net/admission.hpp"
#include "net/deadlines.hpp"
#include "net/hooks.hpp"
#include "net/limits.hpp"
#include "net/router.hpp"
#include "net/tls_context.hpp"

#include <boost/intrusive/list.hpp>

#include <cstddef>
#include <functional>
#include <string_view>

namespace holdfast::net {

// Given by the shard; all outlive the listener.
struct front_parts {
    const router& routes;
    authenticator& tokens;
    deadlines& clock;
    const limits& bounds;
    observer* seen = nullptr;
    std::string_view trust_domain{}; // of client certificates; empty: none count
};

class front;

// A connection as the front sees it.
class guest : public boost::intrusive::list_base_hook<> {
public:
    guest(const guest&) = delete;
    guest& operator=(const guest&) = delete;

    virtual void drain() = 0; // if idle: say good-bye and go
    virtual void cut() = 0;   // go now

protected:
    guest(front& home, const asio::ip::address& remote);
    virtual ~guest();

    [[nodiscard]] admission::visitor& visitor() { return from_; } // while there is a front

private:
    friend class front;
    front* home_; // nullptr once the front is gone
    admission::visitor& from_;
};

class front {
public:
    explicit front(const front_parts& given) : parts(given), callers(given.bounds, given.seen) {}

    front(const front&) = delete;
    front& operator=(const front&) = delete;
    ~front();

    [[nodiscard]] std::size_t size() const { return count_; }

    [[nodiscard]] bool draining() const { return draining_; }

    void drain(); // every guest, and every reply from now on closes
    void cut();

    const front_parts parts;
    admission callers;
    tls_context tls;            // of connections from now on
    std::function<void()> left; // called whenever a guest has gone

private:
    friend class guest;

    boost::intrusive::list<guest, boost::intrusive::constant_time_size<false>> guests_;
    std::size_t count_ = 0;
    bool draining_ = false;
};

} // namespace holdfast::net
