// A database of its own, and a pool on it for as long as a coroutine runs.
#pragma once

#include "db/postgres/pool.hpp"
#include "test/support/postgres.hpp"

#include <string>
#include <vector>

namespace holdfast::test {

struct pool_env {
    scratch_database& scratch;
    pg::pool& pool;
};

using pool_body = awaitable<void> (*)(pool_env);

class pool_fixture {
public:
    // `schema`: a script.
    explicit pool_fixture(const std::string& schema, std::vector<pg::statement> statements = {});

    // Starts a pool, runs the body to its end, and closes the pool.
    void with_pool(pool_body body) { with_pool(settings, body); }

    void with_pool(const pg::pool_settings& others, pool_body body);

protected:
    asio::io_context ctx{1};
    scratch_database scratch;
    pg::pool_settings settings;
};

} // namespace holdfast::test
