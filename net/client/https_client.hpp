// An HTTPS client: one keep-alive connection to one server, opened when a request needs it, verified against
// the CAs of its TLS context and the server's name. One request at a time, one thread. SIGPIPE must be
// ignored.
#pragma once

#include "domain/async.hpp"
#include "domain/result.hpp"
#include "net/client/url.hpp"
#include "net/request.hpp"
#include "net/tls_context.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace holdfast::net {

using header_list = std::vector<std::pair<std::string, std::string>>;

struct response {
    unsigned status = 0;
    header_list headers;
    std::string body;

    // Of several the first; empty when absent. Any case.
    [[nodiscard]] std::string_view header(std::string_view name) const;

    [[nodiscard]] bool good() const { return status >= 200 && status < 300; }
};

class https_client {
public:
    static constexpr std::size_t body_bytes_max = std::size_t{16} * 1024 * 1024; // of a response

    https_client(executor where, tls_context tls, server_url server);
    https_client(const https_client&) = delete;
    https_client& operator=(const https_client&) = delete;
    ~https_client(); // no request is under way

    // Sent with every request from now on, in front of the request's own.
    void set_headers(header_list always) { always_ = std::move(always); }

    // Source address of connections from now on; default: the system's choice.
    void from(const asio::ip::address& address) { source_ = address; }

    // The answer, whatever its status. The deadline spans all of it, connecting too; only the system's name
    // look-up may outlast it. errc::unavailable when there is no answer: no connection, a certificate that is
    // refused, cut off, too slow, no HTTP; the connection is closed then and the next request opens one. A
    // body is sent as JSON unless a header says otherwise. Nothing is sent twice: whether to repeat is the
    // caller's decision.
    awaitable<result<response>> request(verb method, std::string target, header_list headers,
                                        std::string body, steady_clock::duration deadline);

    // Ends a request under way (errc::unavailable). The next one opens a new connection.
    void close();

    [[nodiscard]] bool connected() const { return link_ != nullptr; }

private:
    struct link;

    awaitable<result<void>> connect(std::shared_ptr<link> fresh);
    awaitable<error_code> reach(link& fresh, const std::vector<asio::ip::tcp::endpoint>& ends) const;
    awaitable<result<response>> exchange(std::shared_ptr<link> over, std::string message);
    [[nodiscard]] std::string compose(verb method, std::string_view target, const header_list& headers,
                                      const std::string& body) const;
    void watch(const std::shared_ptr<link>& guarded, steady_clock::duration deadline);
    [[nodiscard]] failure broken(const link& which, std::string_view doing, const error_code& ec) const;

    executor where_;
    tls_context tls_;
    server_url server_;
    header_list always_;
    asio::ip::address source_; // unspecified: any
    steady_timer timer_;
    std::shared_ptr<link> link_; // null: not connected
};

} // namespace holdfast::net
