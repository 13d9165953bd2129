// A PGconn and its descriptor: the only place that drives libpq. Knows sockets and messages, but no callers.
#pragma once

#include "db/postgres/endpoint.hpp"
#include "db/postgres/pipeline_order.hpp"
#include "db/postgres/rows.hpp"
#include "db/postgres/statement.hpp"
#include "domain/async.hpp"

#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

struct pg_conn; // libpq's PGconn

namespace holdfast::pg {

class wire {
public:
    using descriptor = asio::posix::basic_stream_descriptor<executor>;

    enum class step : std::uint8_t { wait_read, wait_write, done, failed };
    enum class flushed : std::uint8_t { all, blocked, failed };

    struct answer {
        event what;
        rows result;
        std::string sqlstate; // of an error; empty when libpq itself says so: the connection is gone
        std::string message;
    };

    struct notification {
        std::string channel;
        std::string payload;
    };

    explicit wire(executor where) : socket_(where) {}

    ~wire() { close(); }

    wire(const wire&) = delete;
    wire& operator=(const wire&) = delete;

    // Connecting: start, then poll again whenever socket() is ready for what the last step said.
    [[nodiscard]] step start(const connection_options& options);
    [[nodiscard]] step poll();

    // From here on every function that returns bool says false when the connection can't be used any more.
    [[nodiscard]] bool enter_pipeline();
    [[nodiscard]] bool send_prepare(const statement& what); // two statements: prepare and describe
    [[nodiscard]] bool send(const command& what, bool prepared);
    [[nodiscard]] bool send_text(const char* sql);
    [[nodiscard]] bool sync();
    [[nodiscard]] flushed flush();

    // Before libpq 17 each sync() flushes, a system call each; since then one flush serves a turn of the
    // loop.
    [[nodiscard]] static bool sync_flushes();
    [[nodiscard]] bool consume();

    // The next result that is complete; nothing when more bytes are needed. Ask only while results are owed.
    [[nodiscard]] std::optional<answer> next();
    [[nodiscard]] std::optional<notification> heard();

    // A script in the simple protocol, outside of pipeline mode, while nothing is in flight. Its results end
    // with one null.
    [[nodiscard]] bool begin_script(const std::string& sql);

    [[nodiscard]] bool end_script() { return enter_pipeline(); }

    // Of a result of send_prepare's second statement.
    [[nodiscard]] static std::vector<oid> parameter_types(const rows& described);

    [[nodiscard]] std::string error() const; // libpq's last message, one line

    [[nodiscard]] descriptor& socket() { return socket_; }

    // Releases the descriptor before libpq closes it: a number used again must not get our events.
    void close();

private:
    void watch_socket();

    descriptor socket_;
    pg_conn* conn_ = nullptr;
    std::vector<const char*> values_; // scratch of send()
    std::vector<int> lengths_;
    std::vector<int> formats_;
    std::vector<oid> types_;
};

} // namespace holdfast::pg
