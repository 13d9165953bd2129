#include "net/deadlines.hpp"

#include <boost/test/unit_test.hpp>

#include <functional>
#include <memory>
#include <string>

namespace {

using namespace holdfast;
using std::chrono::hours;
using std::chrono::milliseconds;

struct noted final : net::deadline {
    noted(net::deadlines& all, std::string& log, char name) : deadline(all), log_(log), name_(name) {}

    void expired() override {
        BOOST_TEST(!armed());
        log_ += name_;
        if (then) then();
    }

    std::function<void()> then;

private:
    std::string& log_;
    char name_;
};

} // namespace

BOOST_AUTO_TEST_SUITE(net_deadlines)

BOOST_AUTO_TEST_CASE(expire_in_order_each_once_and_the_loop_ends) {
    asio::io_context loop{1};
    net::deadlines all(loop.get_executor());
    std::string log;
    noted a(all, log, 'a');
    noted b(all, log, 'b');
    noted c(all, log, 'c');
    noted d(all, log, 'd');
    a.arm(milliseconds{30});
    b.arm(milliseconds{20});
    c.arm(milliseconds{10});
    d.arm(milliseconds{15});
    d.disarm();
    d.disarm();
    c.then = [&] { a.arm(milliseconds{40}); };
    loop.run();
    BOOST_TEST(log == "cba");
}

BOOST_AUTO_TEST_CASE(an_earlier_one_moves_the_timer) {
    asio::io_context loop{1};
    net::deadlines all(loop.get_executor());
    std::string log;
    noted late(all, log, 'l');
    noted soon(all, log, 's');
    late.arm(hours{1});
    soon.arm(milliseconds{1});
    soon.then = [&] {
        late.disarm();
        all.end_when_empty();
    };
    loop.run();
    BOOST_TEST(log == "s");
}

BOOST_AUTO_TEST_CASE(the_loop_ends_with_the_last_deadline_once_asked) {
    asio::io_context loop{1};
    net::deadlines all(loop.get_executor());
    std::string log;
    noted one(all, log, '1');
    one.arm(hours{1});
    all.end_when_empty();
    BOOST_TEST(loop.poll() == 0U);
    BOOST_TEST(!loop.stopped());
    one.arm(hours{2});
    one.disarm();
    loop.run(); // would take an hour
    BOOST_TEST(log.empty());
}

BOOST_AUTO_TEST_CASE(members_may_outlive_the_set) {
    asio::io_context loop{1};
    std::string log;
    auto all = std::make_unique<net::deadlines>(loop.get_executor());
    noted one(*all, log, '1');
    one.arm(hours{1});
    all.reset();
    BOOST_TEST(!one.armed());
    loop.run();
    BOOST_TEST(log.empty());
}

BOOST_AUTO_TEST_SUITE_END()
