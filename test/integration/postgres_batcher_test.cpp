// The batcher by itself with a pretended database, and once on a real connection.
#include "db/postgres/batcher.hpp"
#include "db/postgres/pool.hpp"
#include "test/support/postgres.hpp"

#include <boost/test/unit_test.hpp>

#include <map>
#include <numeric>

namespace {

using namespace holdfast;

struct request {
    tenant_id tenant;
    int value;
};

using numbers = pg::batcher<request, int>;

tenant_id lane_of(const request& r) {
    return r.tenant;
}

// Answers each call with twice its value, after a turn or two of the loop; notes what it was sent.
struct database {
    executor where;
    std::vector<std::vector<int>> batches;
    std::map<tenant_id, int> in_flight;
    int at_once = 0;
    int at_once_max = 0;
    bool overlapped = false; // two batches of one lane at a time
    bool mixed = false;      // two lanes in one batch
    int poison = -1;         // the value that makes a batch fail
    int once = 0;            // so many sends fail with `why` before the others succeed
    failure why{errc::internal};
    int only_first = 0; // so many sends answer the first call only
    bool hold = false;

    awaitable<result<void>> send(std::span<numbers::call* const> calls) {
        const tenant_id lane = calls.front()->request.tenant;
        std::vector<int> values;
        for (const numbers::call* c : calls) {
            values.push_back(c->request.value);
            mixed = mixed || c->request.tenant != lane;
        }
        batches.push_back(values);
        overlapped = overlapped || ++in_flight[lane] > 1;
        at_once_max = std::max(at_once_max, ++at_once);
        while (hold) co_await test::pause(1);
        for (int i = 0; i < 3; ++i) co_await asio::post(where, use_awaitable);
        --at_once;
        --in_flight[lane];
        // What is set before a failure must be forgotten.
        calls.front()->answer.emplace(-1);
        if (once > 0) {
            --once;
            co_return why.copy();
        }
        for (const int v : values)
            if (v == poison) co_return pg::failure_from("22001", "too long", "test");
        calls.front()->answer.emplace(2 * values.front());
        if (only_first > 0) {
            --only_first;
            co_return done;
        }
        for (numbers::call* c : calls) c->answer.emplace(2 * c->request.value);
        co_return done;
    }
};

struct env {
    asio::io_context& ctx;
    database& db;
    numbers& all;
};

struct counts {
    int right = 0;
    std::map<errc, int> wrong;
};

awaitable<void> ask(numbers& all, request r, counts& seen, pg::urgency how = pg::urgency::at_once) {
    const int value = r.value;
    const result<int> got = co_await all.submit(std::move(r), how);
    if (!got)
        ++seen.wrong[got.error().code()];
    else
        seen.right += *got == 2 * value ? 1 : 0;
}

awaitable<void> ask_often(numbers& all, request r, int times, counts& seen) {
    for (int i = 0; i < times; ++i) co_await ask(all, r, seen);
}

void with_batcher(pg::batch_limits limits, awaitable<void> (*body)(env)) {
    asio::io_context ctx{1};
    database db{ctx.get_executor(), {}, {}};
    const auto send = [&db](std::span<numbers::call* const> calls) { return db.send(calls); };
    numbers all(ctx.get_executor(), limits, lane_of, send);
    const env e{ctx, db, all};
    test::run(ctx, body(e));
    BOOST_TEST(all.waiting() == 0U);
    BOOST_TEST(!db.overlapped);
    BOOST_TEST(!db.mixed);
}

const tenant_id tenant = tenant_id::make();

std::vector<int> from_to(int first, int last) {
    std::vector<int> out(static_cast<std::size_t>(last - first + 1));
    std::iota(out.begin(), out.end(), first);
    return out;
}

awaitable<void> gathers(env e) {
    counts seen;
    test::together all(e.ctx.get_executor());
    e.db.hold = true;
    all.add(ask(e.all, {tenant, 0}, seen));
    while (e.db.batches.empty()) co_await test::pause(1);
    for (int i = 1; i <= 25; ++i) all.add(ask(e.all, {tenant, i}, seen));
    while (e.all.waiting() < 25) co_await test::pause(1);
    e.db.hold = false;
    co_await all.wait();
    BOOST_TEST(seen.right == 26);
    // One at once; then what gathered, in order, cut at batch_max.
    BOOST_TEST_REQUIRE(e.db.batches.size() == 4U);
    BOOST_TEST(e.db.batches[0] == from_to(0, 0));
    BOOST_TEST(e.db.batches[1] == from_to(1, 10));
    BOOST_TEST(e.db.batches[2] == from_to(11, 20));
    BOOST_TEST(e.db.batches[3] == from_to(21, 25));
    BOOST_TEST(e.all.batches() == 4U);
    BOOST_TEST(e.all.calls() == 26U);
}

awaitable<void> lanes(env e) {
    counts seen;
    test::together all(e.ctx.get_executor());
    for (int t = 0; t < 9; ++t) {
        const tenant_id mine = tenant_id::make();
        for (int i = 0; i < 20; ++i) all.add(ask_often(e.all, {mine, i}, 20, seen));
    }
    co_await all.wait();
    BOOST_TEST(seen.right == 9 * 20 * 20);
    BOOST_TEST(e.db.at_once_max == 4);
}

void add_calls(test::together& all, env e, int count, counts& seen) {
    for (int i = 0; i < count; ++i) all.add(ask(e.all, {tenant, i}, seen));
}

awaitable<void> poisoned(env e) {
    counts seen;
    e.db.poison = 5;
    test::together all(e.ctx.get_executor());
    add_calls(all, e, 10, seen);
    co_await all.wait();
    BOOST_TEST(seen.right == 9);
    BOOST_TEST(seen.wrong[errc::invalid] == 1);
    BOOST_TEST(e.db.batches.size() == 7U); // 0-9, 0-4, 5-9, 5-6, 5, 6, 7-9
}

awaitable<void> deadlock_once(env e) {
    counts seen;
    e.db.once = 1;
    e.db.why = pg::failure_from("40P01", "deadlock detected", "test");
    test::together all(e.ctx.get_executor());
    add_calls(all, e, 10, seen);
    co_await all.wait();
    BOOST_TEST(seen.right == 10);
    BOOST_TEST(e.db.batches.size() == 2U); // the whole batch again, not its halves
}

awaitable<void> deadlock_twice(env e) {
    counts seen;
    e.db.once = 2;
    e.db.why = pg::failure_from("40P01", "deadlock detected", "test");
    test::together all(e.ctx.get_executor());
    add_calls(all, e, 10, seen);
    co_await all.wait();
    BOOST_TEST(seen.wrong[errc::unavailable] == 10);
}

awaitable<void> unavailable_for_all(env e) {
    counts seen;
    e.db.once = 1;
    e.db.why = pg::unavailable("gone");
    test::together all(e.ctx.get_executor());
    add_calls(all, e, 10, seen);
    co_await all.wait();
    BOOST_TEST(seen.wrong[errc::unavailable] == 10);
    BOOST_TEST(e.db.batches.size() == 1U);
}

awaitable<void> unanswered(env e) {
    counts seen;
    e.db.only_first = 3;
    test::together all(e.ctx.get_executor());
    add_calls(all, e, 5, seen);
    co_await all.wait();
    BOOST_TEST(seen.right == 5);
    BOOST_TEST_REQUIRE(e.db.batches.size() == 4U);
    BOOST_TEST(e.db.batches[1] == from_to(1, 4));
    BOOST_TEST(e.db.batches[3] == from_to(3, 4));
}

awaitable<void> unanswered_for_ever(env e) {
    counts seen;
    e.db.only_first = 1'000;
    test::together all(e.ctx.get_executor());
    add_calls(all, e, 10, seen);
    co_await all.wait();
    BOOST_TEST(seen.right == 9); // one in each of the nine batches
    BOOST_TEST(seen.wrong[errc::internal] == 1);
}

awaitable<void> overfull(env e) {
    counts seen;
    test::together all(e.ctx.get_executor());
    add_calls(all, e, 30, seen);
    co_await all.wait();
    BOOST_TEST(seen.right == 20);
    BOOST_TEST(seen.wrong[errc::overloaded] == 10);
}

awaitable<void> closed(env e) {
    counts seen;
    test::together all(e.ctx.get_executor());
    e.db.hold = true;
    add_calls(all, e, 1, seen);
    while (e.db.batches.empty()) co_await test::pause(1);
    add_calls(all, e, 7, seen);
    while (e.all.waiting() < 7) co_await test::pause(1);
    e.all.close();
    BOOST_TEST(seen.wrong[errc::unavailable] == 7);
    co_await ask(e.all, {tenant, 1}, seen);
    BOOST_TEST(seen.wrong[errc::unavailable] == 8);
    e.db.hold = false;
    co_await all.wait();
    BOOST_TEST(seen.right == 1);
}

awaitable<void> keeps_a_distance(env e) {
    constexpr auto patient = pg::urgency::may_gather;
    counts seen;
    test::together all(e.ctx.get_executor());
    all.add(ask(e.all, {tenant, 0}, seen, patient));
    while (seen.right < 1) co_await test::pause(1);
    all.add(ask(e.all, {tenant, 1}, seen, patient));
    all.add(ask(e.all, {tenant_id::make(), 2}, seen, patient));
    all.add(ask(e.all, {tenant, 3}, seen, patient));
    for (int i = 0; i < 20; ++i) co_await test::pause(1);
    BOOST_TEST(e.all.waiting() == 3U);
    all.add(ask(e.all, {tenant, 4}, seen));
    while (seen.right < 5) co_await test::pause(1);
    BOOST_TEST_REQUIRE(e.db.batches.size() == 3U);
    BOOST_TEST(e.db.batches[0] == from_to(0, 0));
    BOOST_TEST(e.db.batches[1] == (std::vector{1, 3, 4}));
    BOOST_TEST(e.db.batches[2] == from_to(2, 2));
    all.add(ask(e.all, {tenant, 5}, seen, patient));
    while (e.all.waiting() < 1) co_await test::pause(1);
    e.all.close();
    co_await all.wait();
    BOOST_TEST(seen.wrong[errc::unavailable] == 1);
}

awaitable<void> goes_when_the_distance_is_kept(env e) {
    counts seen;
    test::together all(e.ctx.get_executor());
    for (int i = 0; i < 50; ++i) {
        all.add(ask(e.all, {tenant, i}, seen, pg::urgency::may_gather));
        co_await test::pause(1);
    }
    co_await all.wait();
    BOOST_TEST(seen.right == 50);
    BOOST_TEST(e.db.batches.size() < 50U);
}

constexpr pg::statement add_all{"add_all",
                                "INSERT INTO sums SELECT v FROM unnest($1::int[]) v RETURNING n * 2"};

awaitable<result<void>> send_to(pg::pool& pool, std::span<numbers::call* const> calls) {
    std::vector<std::int32_t> values;
    for (const numbers::call* c : calls) values.push_back(c->request.value);
    pg::params with = pg::bind(values);
    result<pg::rows> got = co_await pool.exec(add_all, std::move(with));
    if (!got) co_return std::move(got).error();
    for (std::size_t i = 0; i < calls.size(); ++i) calls[i]->answer.emplace((*got)[i].get<int>(0));
    co_return done;
}

awaitable<void> hundred_and_one_negative(asio::io_context& ctx, pg::pool& pool, numbers& all, counts& seen) {
    pool.start();
    test::together callers(ctx.get_executor());
    for (int i = -1; i < 100; ++i) callers.add(ask(all, {tenant, i}, seen));
    co_await callers.wait();
    all.close();
    pool.close();
}

} // namespace

BOOST_AUTO_TEST_SUITE(postgres_batcher)

BOOST_AUTO_TEST_CASE(callers_gather_while_a_batch_is_out) {
    with_batcher({.batch_max = 10}, &gathers);
}

BOOST_AUTO_TEST_CASE(one_batch_for_each_lane_and_four_lanes) {
    with_batcher({.batch_max = 10}, &lanes);
}

BOOST_AUTO_TEST_CASE(only_the_guilty_call_fails) {
    with_batcher({}, &poisoned);
}

BOOST_AUTO_TEST_CASE(a_deadlock_is_tried_once_more) {
    with_batcher({}, &deadlock_once);
}

BOOST_AUTO_TEST_CASE(a_second_deadlock_is_told) {
    with_batcher({}, &deadlock_twice);
}

BOOST_AUTO_TEST_CASE(without_a_database_nobody_is_tried_alone) {
    with_batcher({}, &unavailable_for_all);
}

BOOST_AUTO_TEST_CASE(unanswered_calls_come_first_in_the_next_batch) {
    with_batcher({}, &unanswered);
}

BOOST_AUTO_TEST_CASE(nobody_is_left_unanswered_for_ever) {
    with_batcher({}, &unanswered_for_ever);
}

BOOST_AUTO_TEST_CASE(waiting_callers_are_bounded) {
    with_batcher({.waiting_max = 20}, &overfull);
}

BOOST_AUTO_TEST_CASE(close_answers_who_waits) {
    with_batcher({}, &closed);
}

BOOST_AUTO_TEST_CASE(calls_without_hurry_keep_a_distance_and_go_with_an_urgent_one) {
    with_batcher({.distance = std::chrono::hours(1)}, &keeps_a_distance);
}

BOOST_AUTO_TEST_CASE(calls_without_hurry_go_when_the_distance_is_kept) {
    with_batcher({.distance = std::chrono::milliseconds(10)}, &goes_when_the_distance_is_kept);
}

BOOST_AUTO_TEST_CASE(on_a_real_connection_the_guilty_row_fails_alone) {
    asio::io_context ctx{1};
    test::scratch_database scratch;
    scratch.execute("CREATE TABLE sums (n int CHECK (n >= 0))");
    pg::pool_settings settings;
    settings.connection.conninfo = scratch.conninfo();
    settings.statements = {add_all};
    pg::pool pool(ctx.get_executor(), std::move(settings));
    const auto send = [&pool](std::span<numbers::call* const> calls) { return send_to(pool, calls); };
    std::vector<std::size_t> sizes;
    numbers all(ctx.get_executor(), {}, lane_of, send,
                [&sizes](std::size_t calls) { sizes.push_back(calls); });
    counts seen;
    test::run(ctx, hundred_and_one_negative(ctx, pool, all, seen));
    BOOST_TEST(seen.right == 100);
    BOOST_TEST(seen.wrong[errc::invalid] == 1);
    BOOST_TEST(scratch.ask("SELECT count(*) || ' ' || sum(n) FROM sums") == "100 4950");
    BOOST_TEST(std::accumulate(sizes.begin(), sizes.end(), std::size_t{0}) == 101U);
}

BOOST_AUTO_TEST_SUITE_END()
