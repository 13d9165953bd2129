#include "test/integration/postgres_pool_fixture.hpp"

#include <utility>

namespace holdfast::test {
namespace {

awaitable<void> then_close(pg::pool& pool, awaitable<void> body) {
    pool.start();
    co_await std::move(body);
    pool.close();
}

} // namespace

pool_fixture::pool_fixture(const std::string& schema, std::vector<pg::statement> statements) {
    scratch.execute(schema);
    settings.connection.conninfo = scratch.conninfo();
    settings.statements = std::move(statements);
}

void pool_fixture::with_pool(const pg::pool_settings& others, pool_body body) {
    pg::pool pool(ctx.get_executor(), others);
    run(ctx, then_close(pool, body({scratch, pool})));
}

} // namespace holdfast::test
