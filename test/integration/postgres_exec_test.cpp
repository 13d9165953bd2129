// One connection's worth of behaviour: values, pipelining, errors, transactions.
#include "db/postgres/error.hpp"
#include "test/integration/postgres_pool_fixture.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/test/unit_test.hpp>

#include <stdexcept>

namespace {

using namespace holdfast;
using namespace std::chrono_literals;
using env = test::pool_env;

constexpr pg::statement insert{"insert_thing", "INSERT INTO things (n) VALUES ($1) RETURNING n"};
constexpr pg::statement count_things{"count_things", "SELECT count(*) FROM things"};
constexpr pg::statement divide{"divide", "SELECT 100 / $1::int"};

struct fixture : test::pool_fixture {
    fixture()
        : pool_fixture("CREATE TABLE things (n int PRIMARY KEY CHECK (n >= 0))",
                       {insert, count_things, divide}) {}
};

// Outside of coroutines: GCC 12 can't compile a braced list of elements inside of them.
template <class T> std::deque<T> several_of(const T& value) {
    return {value, T{}, value};
}

template <class T> std::vector<std::optional<T>> gaps_around(const T& value) {
    return {std::nullopt, value, std::nullopt};
}

std::vector<std::optional<std::int32_t>> one_gap_three() {
    return {1, std::nullopt, 3};
}

pg::bytes some_bytes() {
    return std::vector<unsigned char>{0, 255, 1};
}

template <class T> awaitable<T> round_trip(pg::pool& pool, std::string type, T value) {
    // A name of its own and not prepared: the type of $1 comes with the value.
    const std::string sql = "SELECT $1::" + type;
    pg::params with = pg::bind(value);
    result<pg::rows> got = co_await pool.exec({"round_trip", sql.c_str()}, std::move(with));
    if (!got) throw std::runtime_error(std::string(got.error().cause()));
    co_return got->front().get<T>(0);
}

template <class T> awaitable<void> check(pg::pool& pool, std::string type, T value) {
    const T back = co_await round_trip(pool, type, value);
    BOOST_TEST((back == value), type);
    const std::optional<T> nothing = co_await round_trip(pool, type, std::optional<T>());
    BOOST_TEST(!nothing.has_value(), type << " NULL");
    const auto something = co_await round_trip(pool, type, std::optional<T>(value));
    BOOST_TEST((something == value), type << " optional");
    const std::deque<T> several = several_of(value);
    const auto several_back = co_await round_trip(pool, type + "[]", several);
    BOOST_TEST((several_back == several), type << "[]");
    const auto none = co_await round_trip(pool, type + "[]", std::deque<T>());
    BOOST_TEST(none.empty(), type << "[] empty");
    const std::vector<std::optional<T>> gaps = gaps_around(value);
    const auto gaps_back = co_await round_trip(pool, type + "[]", gaps);
    BOOST_TEST((gaps_back == gaps), type << "[] with NULL");
}

awaitable<void> every_type(env e) {
    co_await check<std::string>(e.pool, "text", "grüße, \"quoted\", {braces}, NULL");
    co_await check<std::int32_t>(e.pool, "int4", std::numeric_limits<std::int32_t>::min());
    co_await check<std::int64_t>(e.pool, "int8", std::numeric_limits<std::int64_t>::max());
    co_await check<bool>(e.pool, "bool", true);
    co_await check<double>(e.pool, "float8", -0.1);
    co_await check<uuid>(e.pool, "uuid", make_uuid());
    co_await check<task_id>(e.pool, "uuid", task_id::make());
    co_await check<instant>(e.pool, "timestamptz", instant(std::chrono::microseconds(1'700'000'000'123'456)));
    co_await check<instant>(e.pool, "timestamptz",
                            instant(std::chrono::microseconds(-62'000'000'000'000'001)));
    co_await check<pg::bytes>(e.pool, "bytea", some_bytes());
    const auto json = co_await round_trip(e.pool, "jsonb", pg::jsonb{"{\"a\": [1, null]}"});
    BOOST_TEST(json.text == "{\"a\": [1, null]}");
    const std::vector<pg::jsonb> documents(2, pg::jsonb{"{}"});
    const auto documents_back = co_await round_trip(e.pool, "jsonb[]", documents);
    BOOST_TEST((documents_back == documents));
    const std::string large(1'000'000, 'x');
    const auto large_back = co_await round_trip(e.pool, "text", large);
    BOOST_TEST((large_back == large));
    const pg::bytes blob{std::vector<unsigned char>(1 << 20, 7)};
    const auto blob_back = co_await round_trip(e.pool, "bytea", blob);
    BOOST_TEST((blob_back == blob));
}

awaitable<void> values_mean_what_the_server_says(env e) {
    constexpr pg::statement sql{
        "meanings", "SELECT $1::timestamptz = '2026-11-23 09:20:00.000001+00', $2::uuid::text,"
                    " $3::int[] = '{1,NULL,3}', 'infinity'::timestamptz, 'a'::varchar, 'b'::name"};
    const uuid u = make_uuid();
    const instant at = instant(std::chrono::sys_days(std::chrono::year(2026) / 11 / 23) + 9h + 20min + 1us);
    pg::params with = pg::bind(at, u, one_gap_three());
    result<pg::rows> got = co_await e.pool.exec(sql, std::move(with));
    BOOST_TEST_REQUIRE(bool(got));
    const pg::row r = got->front();
    BOOST_TEST(r.get<bool>(0));
    BOOST_TEST(r.get<std::string>(1) == to_string(u));
    BOOST_TEST(r.get<bool>(2));
    BOOST_TEST((r.get<instant>(3) == instant::max()));
    BOOST_TEST(r.get<std::string_view>(4) == "a");
    BOOST_TEST(r.get<std::string>(5) == "b");
}

bool names_count(const std::logic_error& e) {
    return std::string(e.what()).find("(count)") != std::string::npos;
}

awaitable<void> reading_as_another_type(env e) {
    result<pg::rows> got = co_await e.pool.exec(count_things);
    BOOST_TEST_REQUIRE(bool(got));
    const pg::row r = got->front();
    BOOST_TEST(r.get<std::int64_t>(0) == 0);
    BOOST_CHECK_EXCEPTION((void)r.get<std::int32_t>(0), std::logic_error, names_count);
    BOOST_CHECK_EXCEPTION((void)r.get<std::string>(0), std::logic_error, names_count);
    BOOST_CHECK_EXCEPTION((void)r.get<std::vector<std::int64_t>>(0), std::logic_error, names_count);
    BOOST_CHECK_THROW((void)r.get<std::int64_t>(1), std::logic_error);
    BOOST_CHECK_THROW((void)(*got)[1].get<std::int64_t>(0), std::logic_error);
    result<pg::rows> null = co_await e.pool.exec({"null", "SELECT NULL::int8 AS count"});
    BOOST_TEST_REQUIRE(bool(null));
    BOOST_CHECK_EXCEPTION((void)null->front().get<std::int64_t>(0), std::logic_error, names_count);
}

awaitable<void> binding_another_type(env e) {
    pg::params wide = pg::bind(std::int64_t{1});
    const result<pg::rows> got = co_await e.pool.exec(insert, std::move(wide));
    BOOST_TEST_REQUIRE(!got);
    BOOST_TEST((got.error().code() == errc::internal));
    BOOST_TEST(got.error().cause() == "insert_thing: parameter $1 has type 23, not 20");
    const result<pg::rows> none = co_await e.pool.exec(insert);
    BOOST_TEST_REQUIRE(!none);
    BOOST_TEST((none.error().code() == errc::internal));
}

awaitable<void> errors_by_kind(env e) {
    pg::params first = pg::bind(1);
    result<pg::rows> made = co_await e.pool.exec(insert, std::move(first));
    BOOST_TEST_REQUIRE(bool(made));
    BOOST_TEST(made->affected() == 1);
    BOOST_TEST(made->tag() == "INSERT 0 1");
    pg::params again = pg::bind(1);
    const result<pg::rows> twice = co_await e.pool.exec(insert, std::move(again));
    BOOST_TEST_REQUIRE(!twice);
    BOOST_TEST((twice.error().code() == errc::conflict));
    BOOST_TEST(pg::sqlstate_of(twice.error()) == "23505");
    BOOST_TEST(twice.error().cause().ends_with("(insert_thing)"));
    pg::params negative = pg::bind(-1);
    const result<pg::rows> refused = co_await e.pool.exec(insert, std::move(negative));
    BOOST_TEST_REQUIRE(!refused);
    BOOST_TEST((refused.error().code() == errc::invalid));
    pg::params nul = pg::bind(std::string("a\0b", 3));
    const result<pg::rows> text = co_await e.pool.exec({"nul", "SELECT $1::text"}, std::move(nul));
    BOOST_TEST_REQUIRE(!text);
    BOOST_TEST((text.error().code() == errc::invalid));
    const result<pg::rows> missing = co_await e.pool.exec({"missing", "SELECT FROM nowhere"});
    BOOST_TEST_REQUIRE(!missing);
    BOOST_TEST((missing.error().code() == errc::internal));
}

awaitable<void> divide_by(pg::pool& pool, int by, int& right) {
    pg::params with = pg::bind(by);
    const result<pg::rows> got = co_await pool.exec(divide, std::move(with));
    if (by == 0)
        right += !got && pg::sqlstate_of(got.error()) == "22012" ? 1 : 0;
    else
        right += got && got->front().get<int>(0) == 100 / by ? 1 : 0;
}

awaitable<void> neighbours_of_errors(env e) {
    test::together all(co_await asio::this_coro::executor);
    int right = 0;
    constexpr int callers = 900;
    for (int i = 0; i < callers; ++i) all.add(divide_by(e.pool, i % 7, right));
    co_await all.wait();
    BOOST_TEST(right == callers);
    BOOST_TEST(e.pool.in_flight() == 0U);
}

awaitable<void> send_megabyte(pg::pool& pool, char fill, int& right) {
    const std::string large(1'000'000, fill);
    pg::params with = pg::bind(large);
    const result<pg::rows> got = co_await pool.exec({"echo", "SELECT $1::text"}, std::move(with));
    right += got && got->front().get<std::string>(0) == large ? 1 : 0;
}

// More than both sockets hold, in both directions at once.
awaitable<void> both_directions_full(env e) {
    test::together all(co_await asio::this_coro::executor);
    int right = 0;
    for (int i = 0; i < 30; ++i) all.add(send_megabyte(e.pool, static_cast<char>('a' + i % 26), right));
    co_await all.wait();
    BOOST_TEST(right == 30);
}

std::vector<pg::command> inserts(int first, int last) {
    std::vector<pg::command> out;
    for (int i = first; i <= last; ++i) out.push_back({insert, pg::bind(i)});
    return out;
}

awaitable<void> insert_pair(pg::pool& pool, int n, int& right) {
    // Every third unit fails in its second statement.
    std::vector<pg::command> two = inserts(2 * n, 2 * n);
    two.push_back({insert, pg::bind(n % 3 == 0 ? -1 : 2 * n + 1)});
    const result<std::vector<pg::rows>> got = co_await pool.exec_all(std::move(two));
    if (n % 3 == 0)
        right += !got && pg::sqlstate_of(got.error()) == "23514" ? 1 : 0;
    else
        right += got && got->size() == 2 && (*got)[1].front().get<int>(0) == 2 * n + 1 ? 1 : 0;
}

awaitable<void> units_are_atomic(env e) {
    test::together all(co_await asio::this_coro::executor);
    int right = 0;
    for (int i = 0; i < 90; ++i) all.add(insert_pair(e.pool, i, right));
    co_await all.wait();
    BOOST_TEST(right == 90);
    BOOST_TEST(e.scratch.ask("SELECT count(*) FROM things") == "120");
    BOOST_TEST(e.scratch.ask("SELECT count(*) FROM things WHERE n / 2 % 3 = 0") == "0");
    const result<std::vector<pg::rows>> none = co_await e.pool.exec_all({});
    BOOST_TEST_REQUIRE(bool(none));
    BOOST_TEST(none->empty());
}

awaitable<void> error_at_commit(env e) {
    e.scratch.execute("CREATE TABLE late (n int UNIQUE DEFERRABLE INITIALLY DEFERRED)");
    constexpr pg::statement late{"late", "INSERT INTO late VALUES (1)"};
    std::vector<pg::command> twice(2, pg::command{late, {}});
    const result<std::vector<pg::rows>> got = co_await e.pool.exec_all(std::move(twice));
    BOOST_TEST_REQUIRE(!got);
    BOOST_TEST(pg::sqlstate_of(got.error()) == "23505");
    BOOST_TEST(got.error().cause().ends_with("(commit)"));
    const result<pg::rows> after = co_await e.pool.exec(count_things);
    BOOST_TEST(bool(after));
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(postgres_exec, fixture)

BOOST_AUTO_TEST_CASE(every_type_makes_the_round_trip) {
    with_pool(&every_type);
}

BOOST_AUTO_TEST_CASE(the_server_sees_the_same_values) {
    with_pool(&values_mean_what_the_server_says);
}

BOOST_AUTO_TEST_CASE(a_column_read_as_another_type_is_a_defect) {
    with_pool(&reading_as_another_type);
}

BOOST_AUTO_TEST_CASE(a_parameter_of_another_type_is_not_sent) {
    with_pool(&binding_another_type);
}

BOOST_AUTO_TEST_CASE(errors_have_their_code_and_state) {
    with_pool(&errors_by_kind);
}

BOOST_AUTO_TEST_CASE(an_error_in_the_pipeline_does_not_hurt_its_neighbours) {
    with_pool(&neighbours_of_errors);
}

BOOST_AUTO_TEST_CASE(much_both_ways_does_not_block) {
    with_pool(&both_directions_full);
}

BOOST_AUTO_TEST_CASE(several_statements_are_all_or_nothing) {
    with_pool(&units_are_atomic);
}

BOOST_AUTO_TEST_CASE(an_error_at_commit_is_the_units_error) {
    with_pool(&error_at_commit);
}

BOOST_AUTO_TEST_SUITE_END()
