// The last hour's polls: closed minute by minute, added up over servers, forgotten after an hour.
#include "app/minute_keeper.hpp"
#include "domain/poll_minutes.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>

using namespace holdfast;
using namespace std::chrono_literals;

namespace {

using minute_point = std::chrono::sys_time<std::chrono::minutes>;

constexpr minute_point start{std::chrono::minutes{29'600'000}};

poll_minute at(minute_point minute, std::int64_t waiting) {
    poll_minute out;
    out.minute = minute;
    out.waiting = waiting;
    return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(polls_of_minutes)

BOOST_AUTO_TEST_CASE(what_servers_tell_of_a_minute_is_added_up) {
    poll_minutes book;
    poll_minute one = at(start, 3);
    one.wakes[2] = 5;
    book.add(one, start + 1min);
    book.add(one, start + 1min);
    book.add(at(start + 1min, 4), start + 2min);
    const auto hour = book.hour_before(start + 2min);
    BOOST_TEST_REQUIRE(hour.size() == 2U);
    BOOST_TEST(hour[0].waiting == 6);
    BOOST_TEST(hour[0].wakes[2] == 10U);
    BOOST_TEST(hour[1].waiting == 4);
}

BOOST_AUTO_TEST_CASE(an_hour_is_kept) {
    poll_minutes book;
    for (int i = 0; i < 100; ++i) {
        const auto minute = start + std::chrono::minutes{i};
        book.add(at(minute, i), minute + 1min);
    }
    const auto hour = book.hour_before(start + 100min);
    BOOST_TEST_REQUIRE(hour.size() == 60U);
    BOOST_TEST(hour.front().waiting == 40);
    BOOST_TEST(hour.back().waiting == 99);
    BOOST_TEST(book.hour_before(start + 130min).size() == 30U);
    BOOST_TEST(book.hour_before(start + 500min).empty());
}

BOOST_AUTO_TEST_CASE(a_clock_that_is_wrong_moves_no_minute) {
    poll_minutes book;
    for (int i = 0; i < 100; ++i) book.add(at(start + 24h + std::chrono::minutes{i}, 1), start + 1min);
    book.add(at(start, 2), start + 1min);
    const auto hour = book.hour_before(start + 1min);
    BOOST_TEST_REQUIRE(hour.size() == 1U);
    BOOST_TEST((hour.front().minute == start));
    BOOST_TEST(hour.front().waiting == 102);
}

BOOST_AUTO_TEST_CASE(quantiles_lie_within_their_bucket) {
    poll_minute polls = at(start, 0);
    BOOST_TEST(!wake_quantile(polls, 0.5).has_value());
    polls.wakes[3] = 100; // of 2.5 to 5 ms
    BOOST_TEST(wake_quantile(polls, 0.5).value() == 0.00375, boost::test_tools::tolerance(1e-9));
    BOOST_TEST(wake_quantile(polls, 1).value() == 0.005, boost::test_tools::tolerance(1e-9));
    polls.wakes.back() = 100; // later than the last bound: no more is known
    BOOST_TEST(wake_quantile(polls, 0.99).value() == seconds_bounds.back());
}

BOOST_AUTO_TEST_CASE(each_minute_closes_with_what_came_in_it) {
    asio::io_context context{1};
    poll_minute so_far = at({}, 7);
    so_far.wakes[0] = 40; // before the keeper began
    std::vector<poll_minute> closed;
    app::minute_keeper keeper(
        context.get_executor(), [&] { return so_far; },
        [&](const poll_minute& own) {
            closed.push_back(own);
            so_far.wakes[0] += 2;
            if (closed.size() == 3) keeper.stop();
        },
        [](auto now) { return now + 1ms; });
    keeper.start();
    context.run();
    BOOST_TEST_REQUIRE(closed.size() == 3U);
    BOOST_TEST(closed[0].waiting == 7);
    BOOST_TEST((closed[0].minute > minute_point{}));
    BOOST_TEST(closed[0].wakes[0] == 0U);
    BOOST_TEST(closed[1].wakes[0] == 2U);
    BOOST_TEST(closed[2].wakes[0] == 2U);
}

BOOST_AUTO_TEST_CASE(minutes_end_on_the_clock) {
    using app::minute_keeper;
    BOOST_TEST((minute_keeper::next_minute(start) == start + 1min));
    BOOST_TEST((minute_keeper::next_minute(start + 59s) == start + 1min));
    BOOST_TEST((minute_keeper::next_minute(start + 61s) == start + 2min));
}

BOOST_AUTO_TEST_SUITE_END()
