// What happens when things go wrong: lost connections, limits, timeouts, closing.
#include "db/postgres/error.hpp"
#include "test/integration/postgres_pool_fixture.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/test/unit_test.hpp>

#include <string>

namespace {

using namespace holdfast;
using namespace std::chrono_literals;
using env = test::pool_env;

constexpr pg::statement ping{"ping", "SELECT 1"};
constexpr pg::statement nap{"nap", "SELECT 1 FROM pg_sleep($1)"};
constexpr pg::statement insert{"insert_thing", "INSERT INTO things VALUES ($1)"};
constexpr pg::statement count_things{"count_things", "SELECT count(*) FROM things"};

struct fixture : test::pool_fixture {
    fixture() : pool_fixture("CREATE TABLE things (n int)", {ping, nap, insert, count_things}) {}
};

struct tally {
    int fine = 0;
    int unavailable = 0;
    int overloaded = 0;
    int other = 0;

    void count(const failure* why) {
        if (why == nullptr)
            ++fine;
        else if (why->code() == errc::unavailable)
            ++unavailable;
        else if (why->code() == errc::overloaded)
            ++overloaded;
        else
            ++other;
    }
};

awaitable<void> sleep_for(pg::pool& pool, double seconds, tally& t) {
    pg::params with = pg::bind(seconds);
    const result<pg::rows> got = co_await pool.exec(nap, std::move(with));
    t.count(got ? nullptr : &got.error());
}

awaitable<void> close_when_in_flight(env e, std::size_t units) {
    while (e.pool.in_flight() < units) co_await test::pause(1);
    e.pool.close();
}

awaitable<void> kill_when_asleep(env e) {
    while (e.scratch.ask(
               "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
               " AND query LIKE '%pg_sleep($1)%' AND state = 'active' AND pid <> pg_backend_pid()") != "2")
        co_await test::pause(5);
    e.scratch.kill_sessions();
}

awaitable<void> exec_until_it_works(pg::pool& pool) {
    for (;;) {
        const result<pg::rows> got = co_await pool.exec(ping);
        if (got) co_return;
        BOOST_TEST((got.error().code() == errc::unavailable));
        co_await test::pause(5);
    }
}

awaitable<void> killed_in_flight(env e) {
    co_await exec_until_it_works(e.pool);
    while (e.pool.connections_up() < 2) co_await test::pause(1);
    test::together all(co_await asio::this_coro::executor);
    tally t;
    for (int i = 0; i < 100; ++i) all.add(sleep_for(e.pool, 30, t));
    all.add(kill_when_asleep(e));
    co_await all.wait();
    BOOST_TEST(t.unavailable == 100);
    BOOST_TEST(!e.pool.ready());
    co_await exec_until_it_works(e.pool);
    while (e.pool.connections_up() < 2) co_await test::pause(1);
    BOOST_TEST(e.pool.reconnects() == 2U);
    pg::params one = pg::bind(1);
    const result<pg::rows> prepared_again = co_await e.pool.exec(insert, std::move(one));
    BOOST_TEST(bool(prepared_again));
}

awaitable<void> killed_while_idle(env e) {
    co_await exec_until_it_works(e.pool);
    e.scratch.kill_sessions();
    while (e.pool.reconnects() == 0) co_await test::pause(1);
    co_await exec_until_it_works(e.pool);
}

awaitable<void> slow_statement(env e) {
    tally t;
    co_await sleep_for(e.pool, 30, t);
    BOOST_TEST(t.unavailable == 1);
    pg::params with = pg::bind(30.0);
    const result<pg::rows> got = co_await e.pool.exec(nap, std::move(with));
    BOOST_TEST_REQUIRE(!got);
    BOOST_TEST(pg::sqlstate_of(got.error()) == "57014");
    const result<pg::rows> after = co_await e.pool.exec(ping);
    BOOST_TEST(bool(after));
    BOOST_TEST(e.pool.reconnects() == 0U);
}

awaitable<void> frozen_server(env e) {
    co_await exec_until_it_works(e.pool);
    const result<pg::rows> self = co_await e.pool.exec({"pid", "SELECT pg_backend_pid()"});
    const test::frozen_backend frozen(e.scratch, std::to_string(self->front().get<int>(0)));
    const result<pg::rows> got = co_await e.pool.exec(ping);
    BOOST_TEST_REQUIRE(!got);
    BOOST_TEST((got.error().code() == errc::unavailable));
    BOOST_TEST(got.error().cause() == "the server does not answer");
    co_await exec_until_it_works(e.pool);
}

awaitable<void> more_than_fits(env e) {
    co_await exec_until_it_works(e.pool);
    test::together all(co_await asio::this_coro::executor);
    tally t;
    for (int i = 0; i < 25; ++i) all.add(sleep_for(e.pool, 0.001, t));
    co_await all.wait();
    BOOST_TEST(t.fine == 20);
    BOOST_TEST(t.overloaded == 5);
}

awaitable<void> close_with_callers(env e) {
    co_await exec_until_it_works(e.pool);
    test::together all(co_await asio::this_coro::executor);
    tally t;
    for (int i = 0; i < 50; ++i) all.add(sleep_for(e.pool, 30, t));
    all.add(close_when_in_flight(e, 50));
    co_await all.wait();
    BOOST_TEST(t.unavailable == 50);
    const result<pg::rows> after = co_await e.pool.exec(ping);
    BOOST_TEST_REQUIRE(!after);
    BOOST_TEST((after.error().code() == errc::unavailable));
    const result<pg::transaction> begun = co_await e.pool.begin();
    BOOST_TEST(!begun);
}

awaitable<void> exec_now(pg::pool& pool, tally& t) {
    const result<pg::rows> got = co_await pool.exec(ping);
    t.count(got ? nullptr : &got.error());
}

awaitable<void> close_now(env e) {
    e.pool.close();
    co_return;
}

awaitable<void> closed_while_connecting(env e) {
    test::together all(co_await asio::this_coro::executor);
    tally t;
    for (int i = 0; i < 10; ++i) all.add(exec_now(e.pool, t));
    all.add(close_now(e));
    co_await all.wait();
    BOOST_TEST(t.unavailable == 10);
}

awaitable<void> first_connection_is_waited_for(env e) {
    BOOST_TEST(!e.pool.ready());
    tally t;
    test::together all(co_await asio::this_coro::executor);
    for (int i = 0; i < 10; ++i) all.add(exec_now(e.pool, t));
    co_await all.wait();
    BOOST_TEST(t.fine == 10);
    BOOST_TEST(e.pool.ready());
}

awaitable<void> nobody_there(env e) {
    const result<pg::rows> waits = co_await e.pool.exec(ping);
    BOOST_TEST_REQUIRE(!waits);
    BOOST_TEST((waits.error().code() == errc::unavailable));
    const result<pg::rows> at_once = co_await e.pool.exec(ping);
    BOOST_TEST(!at_once);
    BOOST_TEST(!e.pool.ready());
}

awaitable<void> bad_statement(env e) {
    const result<pg::rows> got = co_await e.pool.exec(ping);
    BOOST_TEST(!got);
    BOOST_TEST(!e.pool.ready());
    e.scratch.execute("CREATE TABLE comes_later (n int)");
    co_await exec_until_it_works(e.pool);
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(postgres_pool, fixture)

BOOST_AUTO_TEST_CASE(killed_sessions_answer_everybody_and_come_back) {
    with_pool(&killed_in_flight);
}

BOOST_AUTO_TEST_CASE(an_idle_connection_notices_its_end) {
    with_pool(&killed_while_idle);
}

BOOST_AUTO_TEST_CASE(the_statement_timeout_ends_the_statement_only) {
    pg::pool_settings s = settings;
    s.connection.statement_timeout = 50ms;
    with_pool(s, &slow_statement);
}

BOOST_AUTO_TEST_CASE(a_silent_server_is_given_up) {
    pg::pool_settings s = settings;
    s.connections = 1;
    s.connection.statement_timeout = 200ms;
    s.connection.answer_grace = 100ms;
    with_pool(s, &frozen_server);
}

BOOST_AUTO_TEST_CASE(a_full_pipeline_says_overloaded) {
    pg::pool_settings s = settings;
    s.connections = 1;
    s.connection.units_max = 20;
    with_pool(s, &more_than_fits);
}

BOOST_AUTO_TEST_CASE(close_answers_everybody) {
    with_pool(&close_with_callers);
}

BOOST_AUTO_TEST_CASE(close_while_connecting) {
    with_pool(&closed_while_connecting);
}

BOOST_AUTO_TEST_CASE(the_first_connection_is_waited_for) {
    with_pool(&first_connection_is_waited_for);
}

BOOST_AUTO_TEST_CASE(without_a_server_it_fails_at_once) {
    pg::pool_settings s = settings;
    s.connection.conninfo = "host=/nonexistent dbname=x";
    with_pool(s, &nobody_there);
}

BOOST_AUTO_TEST_CASE(an_unreadable_connection_string_is_no_crash) {
    pg::pool_settings s = settings;
    s.connection.conninfo = "host=";
    s.connection.conninfo += "'unterminated";
    pg::pool pool(ctx.get_executor(), s);
    pool.start();
    ctx.poll();
    BOOST_TEST(!pool.ready());
    pool.close();
    ctx.run();
}

// A host that is silent and one that refuses stand before the one that answers.
BOOST_AUTO_TEST_CASE(hosts_are_tried_in_order) {
    asio::ip::tcp::acceptor silent(ctx, {asio::ip::address_v4::loopback(), 0});
    const std::string port = std::to_string(silent.local_endpoint().port());
    pg::pool_settings s = settings;
    s.connection.connect_timeout = 100ms;
    const std::string& given = s.connection.conninfo;
    const auto value = [&given](const std::string& key) {
        const std::size_t at = given.find(" " + key + "='");
        if (at == std::string::npos) return std::string(key == "port" ? "5432" : "");
        const std::size_t first = at + key.size() + 3;
        return given.substr(first, given.find('\'', first) - first);
    };
    s.connection.conninfo += " host='localhost,/nonexistent," + value("host") + "' port='" + port + ",1," +
                             value("port") + "' target_session_attrs=read-write";
    with_pool(s, &first_connection_is_waited_for);
}

BOOST_AUTO_TEST_CASE(a_statement_that_cant_be_prepared_is_tried_again) {
    pg::pool_settings s = settings;
    s.statements.push_back({"from_later", "SELECT n FROM comes_later"});
    with_pool(s, &bad_statement);
}

BOOST_AUTO_TEST_SUITE_END()
