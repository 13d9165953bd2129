// A database of its own for a test, on the server that HOLDFAST_TEST_DSN names or on one of its own, and a
// way to run coroutines.
#pragma once

#include "db/postgres/connection_settings.hpp"
#include "domain/async.hpp"

#include <boost/asio/co_spawn.hpp>

#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace holdfast::test {

// HOLDFAST_TEST_DSN: a superuser's connection string to a private server, any database. Throws when it is not
// set.
[[nodiscard]] std::string server_dsn();

// CREATE DATABASE holdfast_test_<random>, dropped WITH (FORCE) at the end.
class scratch_database {
public:
    explicit scratch_database(std::string server = server_dsn());
    ~scratch_database();
    scratch_database(const scratch_database&) = delete;
    scratch_database& operator=(const scratch_database&) = delete;

    [[nodiscard]] const std::string& conninfo() const { return conninfo_; }

    [[nodiscard]] const std::string& name() const { return name_; }

    // Blocking, on a connection of its own, beside everything under test. execute() takes a script; ask()
    // gives the first column of the first row as text, empty for none. Throw when the server refuses.
    void execute(const std::string& script) const;
    [[nodiscard]] std::string ask(const std::string& query) const;

    // pg_terminate_backend of every session in this database. The number of them.
    int kill_sessions() const;

private:
    std::string server_;
    std::string name_;
    std::string conninfo_;
};

class own_postgres;

struct standby_of {
    const own_postgres& primary; // every commit there waits for the standby
};

// A PostgreSQL of its own, for tests that would disturb others: it can be made to crash. Its data goes with
// this object.
class own_postgres {
public:
    own_postgres();
    explicit own_postgres(standby_of which);
    ~own_postgres();
    own_postgres(const own_postgres&) = delete;
    own_postgres& operator=(const own_postgres&) = delete;

    [[nodiscard]] const std::string& dsn() const { return dsn_; } // as HOLDFAST_TEST_DSN

    [[nodiscard]] std::string data_folder() const { return folder_ + "/data"; }

    void crash() const;   // at once, nothing is written down: the start recovers from the log
    void start() const;   // ready when it returns
    void promote() const; // a standby: it takes writes when this returns

private:
    std::string folder_;
    std::string dsn_;
};

// The value of an option of a connection string; empty: it has none.
[[nodiscard]] std::string dsn_option(const std::string& dsn, std::string_view keyword);

// All the sessions that a server still has, and by and by those of `victim` too, so that nobody else gets
// one, for as long as this lives. Needs a superuser.
class session_hog {
public:
    explicit session_hog(const scratch_database& victim);
    ~session_hog();
    session_hog(const session_hog&) = delete;
    session_hog& operator=(const session_hog&) = delete;

private:
    struct sessions;
    std::unique_ptr<sessions> held_;
};

// A backend that is stopped for a while: it answers nothing, and its socket stays open. The server must run
// on this machine.
class frozen_backend {
public:
    frozen_backend(const scratch_database& in, std::string pid);
    ~frozen_backend();
    frozen_backend(const frozen_backend&) = delete;
    frozen_backend& operator=(const frozen_backend&) = delete;

private:
    const scratch_database& in_;
    std::string pid_;
};

// Runs the context until the coroutine is finished and then until nothing is left to do, so that everything
// that was started must be closed by it. Rethrows what it throws. Fails the test when that takes 60 s.
void run(asio::io_context& ctx, awaitable<void> body);

// What the coroutine answers, as soon as it does: other work of the context stays where it is.
template <class T> [[nodiscard]] T answer_of(asio::io_context& ctx, awaitable<T> work);

// The next time that `ms` milliseconds have passed; for polling a state of the server, never for ordering.
[[nodiscard]] awaitable<void> pause(int ms);

// Starts calls side by side and waits for all of them.
class together {
public:
    explicit together(executor where) : where_(where), bell_(where, steady_clock::time_point::max()) {}

    void add(awaitable<void> work) {
        ++running_;
        asio::co_spawn(where_, std::move(work), [this](std::exception_ptr failed) {
            if (failed) std::rethrow_exception(failed);
            if (--running_ == 0) bell_.cancel();
        });
    }

    [[nodiscard]] awaitable<void> wait() {
        error_code rang;
        while (running_ > 0) co_await bell_.async_wait(asio::redirect_error(use_awaitable, rang));
    }

private:
    executor where_;
    steady_timer bell_;
    int running_ = 0;
};

namespace detail {
template <class T> awaitable<void> await_into(awaitable<T> work, std::optional<T>& out) {
    out.emplace(co_await std::move(work));
}
} // namespace detail

template <class T> T answer_of(asio::io_context& ctx, awaitable<T> work) {
    std::optional<T> out;
    auto waiting = detail::await_into(std::move(work), out);
    asio::co_spawn(ctx, std::move(waiting), [](const std::exception_ptr& failed) {
        if (failed) std::rethrow_exception(failed);
    });
    ctx.restart();
    while (!out) {
        if (ctx.run_one_for(std::chrono::seconds(60)) == 0) throw std::runtime_error("the coroutine hangs");
    }
    return std::move(*out);
}

} // namespace holdfast::test
