#include "db/postgres/notifications.hpp"
#include "test/support/postgres.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace {

using namespace holdfast;
using namespace std::chrono_literals;

struct fixture {
    asio::io_context ctx{1};
    test::scratch_database scratch;
    std::vector<std::string> heard;
    int gaps = 0;

    pg::notifications_settings settings() const {
        pg::notifications_settings out;
        out.connection.conninfo = scratch.conninfo();
        out.channels.emplace_back("wake");
        out.channels.emplace_back("An \"odd\" one");
        return out;
    }
};

struct env {
    fixture& f;
    pg::notifications& ears;
};

awaitable<void> then_close(env e, awaitable<void> body) {
    e.ears.start();
    co_await std::move(body);
    e.ears.close();
}

void listen(fixture& f, pg::notifications_settings settings, awaitable<void> (*body)(env)) {
    const auto heard = [&f](std::string_view channel, std::string_view payload) {
        f.heard.push_back(std::string(channel) + "/" + std::string(payload));
    };
    const auto gap = [&f] { ++f.gaps; };
    pg::notifications ears(f.ctx.get_executor(), std::move(settings), heard, gap);
    const env e{f, ears};
    test::run(f.ctx, then_close(e, body(e)));
    BOOST_TEST(!ears.listening());
}

awaitable<void> gap_number(env e, int number) {
    while (e.f.gaps < number) co_await test::pause(1);
}

awaitable<void> heard_so_many(env e, std::size_t count) {
    while (e.f.heard.size() < count) co_await test::pause(1);
}

awaitable<void> delivered(env e) {
    co_await gap_number(e, 1);
    BOOST_TEST(e.ears.listening());
    e.f.scratch.execute(
        "NOTIFY wake, 'one'; NOTIFY other, 'not ours'; NOTIFY \"An \"\"odd\"\" one\"; NOTIFY wake, 'two'");
    co_await heard_so_many(e, 3);
    BOOST_TEST(e.f.heard.at(0) == "wake/one");
    BOOST_TEST(e.f.heard.at(1) == "An \"odd\" one/");
    BOOST_TEST(e.f.heard.at(2) == "wake/two");
}

awaitable<void> killed(env e) {
    co_await gap_number(e, 1);
    e.f.scratch.kill_sessions();
    co_await gap_number(e, 2);
    e.f.scratch.execute("NOTIFY wake, 'again'");
    co_await heard_so_many(e, 1);
    BOOST_TEST(e.f.heard.at(0) == "wake/again");
}

awaitable<void> frozen(env e) {
    co_await gap_number(e, 1);
    const test::frozen_backend frozen(
        e.f.scratch, e.f.scratch.ask("SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                                     " AND datname = current_database()"));
    co_await gap_number(e, 2);
    e.f.scratch.execute("NOTIFY wake, 'again'");
    co_await heard_so_many(e, 1);
    BOOST_TEST(e.f.heard.at(0) == "wake/again");
}

awaitable<void> checked_often(env e) {
    co_await gap_number(e, 1);
    co_await test::pause(100); // a few checks
    e.f.scratch.execute("NOTIFY wake, 'still'");
    co_await heard_so_many(e, 1);
    BOOST_TEST(e.f.gaps == 1);
}

awaitable<void> nothing(env e) {
    BOOST_TEST(!e.ears.listening());
    co_return;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(postgres_notifications, fixture)

BOOST_AUTO_TEST_CASE(what_is_sent_is_heard_in_order) {
    listen(*this, settings(), &delivered);
}

BOOST_AUTO_TEST_CASE(after_a_lost_connection_there_is_a_gap_and_it_listens_again) {
    listen(*this, settings(), &killed);
}

BOOST_AUTO_TEST_CASE(a_connection_that_fell_silent_is_noticed) {
    pg::notifications_settings s = settings();
    s.check_every = 20ms;
    s.connection.statement_timeout = 100ms;
    s.connection.answer_grace = 100ms;
    listen(*this, s, &frozen);
}

BOOST_AUTO_TEST_CASE(checks_do_not_disturb) {
    pg::notifications_settings s = settings();
    s.check_every = 10ms;
    listen(*this, s, &checked_often);
}

BOOST_AUTO_TEST_CASE(closed_before_it_listens) {
    listen(*this, settings(), &nothing);
}

BOOST_AUTO_TEST_SUITE_END()
