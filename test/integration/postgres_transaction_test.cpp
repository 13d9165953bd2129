#include "db/postgres/error.hpp"
#include "test/integration/postgres_pool_fixture.hpp"

#include <boost/test/unit_test.hpp>

namespace {

using namespace holdfast;
using env = test::pool_env;

constexpr pg::statement insert{"insert_thing", "INSERT INTO things VALUES ($1)"};

struct fixture : test::pool_fixture {
    fixture() : pool_fixture("CREATE TABLE things (n int)") {
        settings.transactions_max = 2;
        settings.transaction_waiters_max = 3;
    }
};

awaitable<pg::transaction> open(pg::pool& pool) {
    result<pg::transaction> begun = co_await pool.begin();
    BOOST_TEST_REQUIRE(bool(begun));
    co_return std::move(*begun);
}

awaitable<void> insert_one(pg::transaction& t, int n) {
    pg::params with = pg::bind(n);
    const result<pg::rows> made = co_await t.exec(insert, std::move(with));
    BOOST_TEST(bool(made));
}

awaitable<void> committed(env e) {
    pg::transaction t = co_await open(e.pool);
    co_await insert_one(t, 1);
    BOOST_TEST(e.scratch.ask("SELECT count(*) FROM things") == "0");
    const result<void> ended = co_await t.commit();
    BOOST_TEST(bool(ended));
    BOOST_TEST(e.scratch.ask("SELECT count(*) FROM things") == "1");
    const result<void> again = co_await t.commit();
    BOOST_TEST(!again);
    pg::transaction back = co_await open(e.pool);
    co_await insert_one(back, 2);
    const result<void> undone = co_await back.rollback();
    BOOST_TEST(bool(undone));
    BOOST_TEST(e.scratch.ask("SELECT count(*) FROM things") == "1");
    BOOST_TEST(e.pool.transactions() == 1U);
}

awaitable<void> drop_one(env e) {
    pg::transaction t = co_await open(e.pool);
    co_await insert_one(t, 1);
}

awaitable<void> dropped(env e) {
    for (int i = 0; i < 5; ++i) co_await drop_one(e);
    // It is the same connections again, and nothing of the dropped ones is in them.
    pg::transaction t = co_await open(e.pool);
    co_await insert_one(t, 2);
    const result<void> ended = co_await t.commit();
    BOOST_TEST(bool(ended));
    BOOST_TEST(e.scratch.ask("SELECT string_agg(n::text, ',') FROM things") == "2");
    BOOST_TEST(e.pool.transactions() <= 2U);
}

awaitable<void> failed_inside(env e) {
    pg::transaction t = co_await open(e.pool);
    co_await insert_one(t, 1);
    const result<pg::rows> wrong = co_await t.exec({"wrong", "SELECT 1 / 0"}, {});
    BOOST_TEST(!wrong);
    const result<void> ended = co_await t.commit();
    BOOST_TEST_REQUIRE(!ended);
    BOOST_TEST((ended.error().code() == errc::internal));
    BOOST_TEST(e.scratch.ask("SELECT count(*) FROM things") == "0");
    pg::transaction next = co_await open(e.pool);
    co_await insert_one(next, 1);
    const result<void> fine = co_await next.commit();
    BOOST_TEST(bool(fine));
}

awaitable<void> scripts(env e) {
    pg::transaction t = co_await open(e.pool);
    const result<void> ran = co_await t.exec_text("INSERT INTO things VALUES (1); SELECT * FROM things; ; "
                                                  "CREATE TABLE more (n int); INSERT INTO more VALUES (2)");
    BOOST_TEST(bool(ran));
    co_await insert_one(t, 3); // back in pipeline mode
    const result<void> ended = co_await t.commit();
    BOOST_TEST(bool(ended));
    BOOST_TEST(e.scratch.ask("SELECT sum(n) FROM (TABLE things UNION ALL TABLE more) x") == "6");
    pg::transaction bad = co_await open(e.pool);
    const result<void> refused =
        co_await bad.exec_text("INSERT INTO more VALUES (9); SELECT nonsense; SELECT 1");
    BOOST_TEST_REQUIRE(!refused);
    BOOST_TEST(pg::sqlstate_of(refused.error()) == "42703");
    const result<void> undone = co_await bad.rollback();
    BOOST_TEST(bool(undone));
    BOOST_TEST(e.scratch.ask("SELECT count(*) FROM more") == "1");
    pg::transaction copy = co_await open(e.pool);
    const result<void> no_copy = co_await copy.exec_text("COPY more FROM STDIN");
    BOOST_TEST_REQUIRE(!no_copy);
    BOOST_TEST((no_copy.error().code() == errc::unavailable));
}

awaitable<void> take_turn(pg::pool& pool, int& refused) {
    result<pg::transaction> begun = co_await pool.begin();
    if (!begun) {
        refused += begun.error().code() == errc::overloaded ? 1 : 0;
        co_return;
    }
    co_await insert_one(*begun, 1);
    const result<void> ended = co_await begun->commit();
    BOOST_TEST(bool(ended));
}

awaitable<void> bounded(env e) {
    test::together all(co_await asio::this_coro::executor);
    int refused = 0;
    for (int i = 0; i < 8; ++i) all.add(take_turn(e.pool, refused));
    co_await all.wait();
    BOOST_TEST(refused == 3); // 2 work, 3 wait
    BOOST_TEST(e.scratch.ask("SELECT count(*) FROM things") == "5");
}

awaitable<void> wait_for_turn(pg::pool& pool, int& refused) {
    const result<pg::transaction> begun = co_await pool.begin();
    refused += !begun && begun.error().code() == errc::unavailable ? 1 : 0;
}

awaitable<void> close_soon(env e) {
    co_await test::pause(20);
    e.pool.close();
}

awaitable<void> closed_with_waiters(env e) {
    const pg::transaction first = co_await open(e.pool);
    const pg::transaction second = co_await open(e.pool);
    test::together all(co_await asio::this_coro::executor);
    int refused = 0;
    for (int i = 0; i < 3; ++i) all.add(wait_for_turn(e.pool, refused));
    all.add(close_soon(e));
    co_await all.wait();
    BOOST_TEST(refused == 3);
}

awaitable<void> killed(env e) {
    pg::transaction t = co_await open(e.pool);
    co_await insert_one(t, 1);
    e.scratch.kill_sessions();
    const result<void> ended = co_await t.commit();
    BOOST_TEST_REQUIRE(!ended);
    BOOST_TEST((ended.error().code() == errc::unavailable));
    pg::transaction next = co_await open(e.pool);
    co_await insert_one(next, 1);
    const result<void> fine = co_await next.commit();
    BOOST_TEST(bool(fine));
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(postgres_transaction, fixture)

BOOST_AUTO_TEST_CASE(commit_and_rollback) {
    with_pool(&committed);
}

BOOST_AUTO_TEST_CASE(dropped_means_rolled_back) {
    with_pool(&dropped);
}

BOOST_AUTO_TEST_CASE(a_commit_that_rolled_back_is_no_success) {
    with_pool(&failed_inside);
}

BOOST_AUTO_TEST_CASE(scripts_of_several_statements) {
    with_pool(&scripts);
}

BOOST_AUTO_TEST_CASE(connections_and_waiters_are_bounded) {
    with_pool(&bounded);
}

BOOST_AUTO_TEST_CASE(close_answers_the_waiters) {
    with_pool(&closed_with_waiters);
}

BOOST_AUTO_TEST_CASE(a_killed_transaction_is_unavailable) {
    with_pool(&killed);
}

BOOST_AUTO_TEST_SUITE_END()
