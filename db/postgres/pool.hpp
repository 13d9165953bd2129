// The database connections of one shard. Everything here is for the thread that runs the executor.
#pragma once

#include "db/postgres/connection_settings.hpp"
#include "db/postgres/rows.hpp"
#include "db/postgres/statement.hpp"
#include "domain/async.hpp"
#include "domain/result.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace holdfast::pg {

class connection;
class pool_core;

struct pool_settings {
    connection_settings connection;
    std::vector<statement> statements;        // prepared on every connection
    std::size_t connections = 2;              // shared by all callers, pipelined
    std::size_t transactions_max = 4;         // exclusive connections, opened when needed and kept
    std::size_t transaction_waiters_max = 64; // more than that at once: overloaded
};

// A transaction on a connection of its own. One statement at a time. Destroyed without commit() or rollback()
// it is rolled back; the connection serves again once that is answered.
class transaction {
public:
    transaction(std::shared_ptr<pool_core> home, std::shared_ptr<connection> link);
    transaction(transaction&&) noexcept = default;
    transaction& operator=(transaction&&) = delete;
    ~transaction();

    [[nodiscard]] awaitable<result<rows>> exec(statement what, params with);

    // One or several statements without parameters; answers nothing.
    [[nodiscard]] awaitable<result<void>> exec_text(std::string sql);

    // unavailable may mean that it was committed and the answer was lost. internal: a statement of it had
    // failed, so that it was rolled back. Either way it is over.
    [[nodiscard]] awaitable<result<void>> commit();
    [[nodiscard]] awaitable<result<void>> rollback();

private:
    awaitable<result<void>> end(const char* sql);

    std::shared_ptr<pool_core> home_;
    std::shared_ptr<connection> link_; // null once it is over
};

// Connections that come back by themselves (backoff 100 ms to 5 s, full jitter). The executor's context must
// outlive the pool. Callers that gave up may not leave: an answer comes within the statement timeout and the
// grace, or unavailable does.
class pool {
public:
    pool(executor where, pool_settings settings);
    ~pool(); // as close()
    pool(const pool&) = delete;
    pool& operator=(const pool&) = delete;

    // Begins to connect. Statements wait for the first attempt, afterwards they fail at once while no
    // connection is up.
    void start();

    // At least one shared connection is up, everything prepared.
    [[nodiscard]] bool ready() const;

    // One statement, committed by itself. Errors: those of failure_from(), overloaded (a connection's
    // units_max), unavailable.
    [[nodiscard]] awaitable<result<rows>> exec(statement what, params with = {});

    // All or none, between BEGIN and COMMIT, in one round trip: the rows of each. The first statement's error
    // that is one. unavailable may mean that it was committed.
    [[nodiscard]] awaitable<result<std::vector<rows>>> exec_all(std::vector<command> commands);

    // Additional errors: overloaded (transaction_waiters_max).
    [[nodiscard]] awaitable<result<transaction>> begin();

    // Everybody who waits gets unavailable, before this returns; the sockets are closed and the context may
    // run empty. Later calls get unavailable too.
    void close();

    // For metrics.
    [[nodiscard]] std::size_t connections_up() const;
    [[nodiscard]] std::size_t in_flight() const;    // units on the shared connections
    [[nodiscard]] std::size_t transactions() const; // exclusive connections, idle or in use
    [[nodiscard]] std::size_t reconnects() const;   // connections that were lost since the start

private:
    std::shared_ptr<pool_core> core_;
};

} // namespace holdfast::pg
