// That the load tester's judge sees every fault that a server could have.
#include "app/load/ledger.hpp"

#include <boost/test/unit_test.hpp>

using holdfast::task_id;
using holdfast::app::load::ledger;
using holdfast::app::load::moment;
using holdfast::app::load::verdict;
using std::chrono::milliseconds;

namespace {

struct books {
    ledger of;
    moment now = std::chrono::steady_clock::now();

    task_id make(std::uint32_t agent = 0) {
        const auto task = task_id::make();
        of.made(task, agent, now);
        return task;
    }

    void work(task_id task, std::uint32_t agent = 0) {
        of.offered(task, agent, now + milliseconds(3));
        of.started(task);
        of.finished(task);
    }

    // Beside many tasks that go well.
    books() {
        for (std::uint32_t i = 0; i < 100; ++i) work(make(i), i);
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(load_ledger, books)

BOOST_AUTO_TEST_CASE(all_is_well) {
    BOOST_TEST(of.settled());
    const verdict v = of.judge();
    BOOST_TEST(v.good());
    BOOST_TEST(v.made == 100U);
    BOOST_TEST(v.finished == 100U);
    BOOST_TEST(v.examples.empty());
    BOOST_TEST(of.reach().count() == 100U);
    BOOST_TEST(of.reach().max().count() == 3'000'000);
}

BOOST_AUTO_TEST_CASE(an_offer_may_be_seen_before_the_creation_is_answered) {
    const auto task = task_id::make();
    work(task, 7);
    BOOST_TEST(of.judge().unknown == 1U);
    of.made(task, 7, now);
    BOOST_TEST(of.settled());
    BOOST_TEST(of.judge().good());
}

BOOST_AUTO_TEST_CASE(a_task_that_was_never_offered_is_lost) {
    const auto task = make();
    BOOST_TEST(!of.settled());
    const verdict v = of.judge();
    BOOST_TEST(!v.good());
    BOOST_TEST(v.lost == 1U);
    BOOST_TEST_REQUIRE(v.examples.size() == 1U);
    BOOST_TEST(v.examples.front().find(to_string(task)) != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_task_that_was_offered_and_not_finished_is_lost) {
    const auto task = make();
    of.offered(task, 0, now);
    of.started(task);
    BOOST_TEST(!of.settled());
    BOOST_TEST(of.judge().lost == 1U);
}

BOOST_AUTO_TEST_CASE(a_task_that_is_offered_twice_is_doubled) {
    const auto task = make();
    of.offered(task, 0, now);
    work(task);
    const verdict v = of.judge();
    BOOST_TEST(!v.good());
    BOOST_TEST(v.doubled == 1U);
    BOOST_TEST(v.lost == 0U);
    BOOST_TEST_REQUIRE(v.examples.size() == 1U);
    BOOST_TEST(v.examples.front().find("offered 2 times") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_task_may_come_again_when_a_call_of_it_was_not_answered) {
    const auto task = make();
    of.offered(task, 0, now);
    of.doubted(task);
    work(task);
    BOOST_TEST(of.judge().good());
    of.offered(task, 0, now); // once, and no more
    BOOST_TEST(of.judge().doubled == 1U);
}

BOOST_AUTO_TEST_CASE(two_accepted_results_are_never_right) {
    const auto task = make();
    work(task);
    of.doubted(task);
    work(task);
    BOOST_TEST(of.judge().doubled == 1U);
}

BOOST_AUTO_TEST_CASE(two_creations_with_one_id_are_doubled) {
    const auto task = make();
    of.made(task, 0, now);
    work(task);
    BOOST_TEST(of.judge().doubled == 1U);
}

BOOST_AUTO_TEST_CASE(a_task_of_another_agent_is_misplaced) {
    const auto task = make(1);
    work(task, 2);
    BOOST_TEST(of.judge().misplaced == 1U);
    const auto early = task_id::make();
    work(early, 3);
    of.made(early, 4, now);
    BOOST_TEST(of.judge().misplaced == 2U);
}

BOOST_AUTO_TEST_CASE(a_task_that_nobody_made_is_unknown_unless_a_creation_was_not_answered) {
    work(task_id::make());
    BOOST_TEST(of.judge().unknown == 1U);
    of.maybe_made();
    BOOST_TEST(of.judge().good());
}

BOOST_AUTO_TEST_CASE(verdicts_add_up) {
    make();
    verdict sum = of.judge();
    sum.add(of.judge());
    BOOST_TEST(sum.made == 202U);
    BOOST_TEST(sum.finished == 200U);
    BOOST_TEST(sum.lost == 2U);
    BOOST_TEST(sum.examples.size() == 2U);
}

BOOST_AUTO_TEST_CASE(what_has_no_due_time_is_not_measured) {
    const auto task = task_id::make();
    of.made(task, 0, std::nullopt);
    work(task);
    BOOST_TEST(of.judge().good());
    BOOST_TEST(of.reach().count() == 100U);
}

BOOST_AUTO_TEST_SUITE_END()
