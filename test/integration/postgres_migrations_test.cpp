#include "db/postgres/error.hpp"
#include "db/postgres/migrations.hpp"
#include "db/postgres/pool.hpp"
#include "test/support/postgres.hpp"

#include <boost/test/unit_test.hpp>

#include <array>

namespace {

using namespace holdfast;

constexpr std::array<pg::migration, 3> three{{
    {1, "first", "CREATE TABLE a (n int); INSERT INTO a VALUES (1);"},
    {2, "second", "INSERT INTO a SELECT n + 1 FROM a; SELECT pg_sleep(0.05);"},
    {4, "third", "CREATE TABLE b (n int);"},
}};
constexpr std::span<const pg::migration> all{three};
constexpr std::array<pg::migration, 3> rewritten{{three[0], {2, "second", "SELECT 2"}, three[2]}};
constexpr std::array<pg::migration, 3> broken{
    {three[0], three[1], {4, "third", "CREATE TABLE b (n int); SELECT 1 / 0"}}};

struct fixture {
    asio::io_context ctx{1};
    test::scratch_database scratch;
};

struct env {
    executor where;
    test::scratch_database& scratch;

    pg::connection_settings settings() const {
        pg::connection_settings out;
        out.conninfo = scratch.conninfo();
        return out;
    }
};

void run(fixture& f, awaitable<void> (*body)(env)) {
    const env e{f.ctx.get_executor(), f.scratch};
    test::run(f.ctx, body(e));
}

awaitable<int> migrate(env e, std::span<const pg::migration> known) {
    result<int> count = co_await pg::migrate(e.where, e.settings(), known);
    if (!count)
        throw std::runtime_error(std::string(count.error().detail()) + std::string(count.error().cause()));
    co_return *count;
}

awaitable<pg::schema_kind> kind_of(env e, std::span<const pg::migration> known) {
    result<pg::schema_state> state = co_await pg::check_schema(e.where, e.settings(), known);
    if (!state) throw std::runtime_error(std::string(state.error().cause()));
    co_return state->kind;
}

awaitable<void> in_order_and_once(env e) {
    const pg::schema_kind before = co_await kind_of(e, all);
    BOOST_TEST((before == pg::schema_kind::older));
    const int two = co_await migrate(e, all.first(2));
    BOOST_TEST(two == 2);
    const pg::schema_kind between = co_await kind_of(e, all);
    BOOST_TEST((between == pg::schema_kind::older));
    const int one = co_await migrate(e, all);
    BOOST_TEST(one == 1);
    const int none = co_await migrate(e, all);
    BOOST_TEST(none == 0);
    const pg::schema_kind after = co_await kind_of(e, all);
    BOOST_TEST((after == pg::schema_kind::current));
    BOOST_TEST(e.scratch.ask("SELECT string_agg(n::text, ',' ORDER BY n) FROM a") == "1,2");
    BOOST_TEST(
        e.scratch.ask("SELECT string_agg(number || name, ',' ORDER BY number) FROM holdfast_migrations") ==
        "1first,2second,4third");
}

awaitable<void> refused(env e) {
    co_await migrate(e, all);
    const result<int> changed = co_await pg::migrate(e.where, e.settings(), rewritten);
    BOOST_TEST_REQUIRE(!changed);
    BOOST_TEST((changed.error().code() == errc::conflict));
    BOOST_TEST(changed.error().detail().find("2 (second)") != std::string_view::npos);
    const pg::schema_kind other = co_await kind_of(e, rewritten);
    BOOST_TEST((other == pg::schema_kind::changed));
    const result<int> newer = co_await pg::migrate(e.where, e.settings(), all.first(2));
    BOOST_TEST_REQUIRE(!newer);
    BOOST_TEST((newer.error().code() == errc::conflict));
    BOOST_TEST(newer.error().detail().find("4 (third)") != std::string_view::npos);
    const pg::schema_kind ahead = co_await kind_of(e, all.first(2));
    BOOST_TEST((ahead == pg::schema_kind::newer));
}

awaitable<void> stops_at_the_broken_one(env e) {
    const result<int> failed = co_await pg::migrate(e.where, e.settings(), broken);
    BOOST_TEST_REQUIRE(!failed);
    BOOST_TEST(failed.error().detail() == "migration 4 (third) failed");
    BOOST_TEST(pg::sqlstate_of(failed.error()) == "22012");
    BOOST_TEST(e.scratch.ask("SELECT to_regclass('b') IS NULL") == "t");
    const int repaired = co_await migrate(e, all);
    BOOST_TEST(repaired == 1);
}

awaitable<void> migrate_and_add(env e, int& sum) {
    const int count = co_await migrate(e, all);
    sum += count;
}

awaitable<void> two_at_once(env e) {
    int sum = 0;
    test::together both(e.where);
    both.add(migrate_and_add(e, sum));
    both.add(migrate_and_add(e, sum));
    co_await both.wait();
    BOOST_TEST(sum == 3);
    BOOST_TEST(e.scratch.ask("SELECT count(*) FROM a") == "2");
}

awaitable<void> through_a_pool(env e) {
    co_await migrate(e, all);
    pg::pool_settings settings;
    settings.connection = e.settings();
    pg::pool pool(e.where, std::move(settings));
    pool.start();
    const result<pg::schema_state> state = co_await pg::check_schema(pool, all);
    BOOST_TEST_REQUIRE(bool(state));
    BOOST_TEST((state->kind == pg::schema_kind::current));
    pool.close();
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(postgres_migrations, fixture)

BOOST_AUTO_TEST_CASE(they_are_applied_in_order_and_once) {
    run(*this, &in_order_and_once);
}

BOOST_AUTO_TEST_CASE(changed_and_newer_are_refused) {
    run(*this, &refused);
}

BOOST_AUTO_TEST_CASE(one_that_fails_leaves_nothing) {
    run(*this, &stops_at_the_broken_one);
}

BOOST_AUTO_TEST_CASE(two_at_once_apply_each_once) {
    run(*this, &two_at_once);
}

BOOST_AUTO_TEST_CASE(a_pool_can_be_asked) {
    run(*this, &through_a_pool);
}

BOOST_AUTO_TEST_SUITE_END()
