#include "domain/task_rules.hpp"

#include <boost/test/unit_test.hpp>

#include <random>
#include <set>

using namespace holdfast;

namespace {

task in(task_state state, int failures = 0, int max_attempts = 3) {
    task t;
    t.state = state;
    t.failures = failures;
    t.max_attempts = max_attempts;
    return t;
}

constexpr bool is_final(task_state s) {
    return s == task_state::completed || s == task_state::failed || s == task_state::cancelled;
}

std::string code_of(const std::optional<failure>& refused) {
    if (!refused) return "repeated";
    return refused->code() == errc::lease_lost ? "lease lost"
           : refused->code() == errc::conflict ? "conflict"
                                               : "other";
}

} // namespace

BOOST_AUTO_TEST_SUITE(domain_task_rules)

BOOST_AUTO_TEST_CASE(every_event_from_every_state) {
    using s = task_state;
    using e = task_event;
    const std::set<std::tuple<s, e, s>> wanted{
        {s::pending, e::offer, s::assigned},         {s::pending, e::cancel, s::cancelled},
        {s::assigned, e::offer_again, s::assigned},  {s::assigned, e::offer_lapsed, s::pending},
        {s::assigned, e::give_back, s::pending},     {s::assigned, e::acknowledge, s::in_progress},
        {s::assigned, e::release, s::pending},       {s::assigned, e::cancel, s::cancelled},
        {s::in_progress, e::run_lapsed, s::pending}, {s::in_progress, e::succeed, s::completed},
        {s::in_progress, e::fail, s::pending},       {s::in_progress, e::fail_for_good, s::failed},
        {s::in_progress, e::release, s::pending},    {s::in_progress, e::cancel, s::cancelled},
        {s::pending, e::retry, s::pending},          {s::failed, e::retry, s::pending},
        {s::cancelled, e::retry, s::pending}};
    std::set<std::tuple<s, e, s>> found;
    for (int from = 0; from <= static_cast<int>(last_task_state); ++from)
        for (int event = 0; event <= static_cast<int>(last_task_event); ++event)
            if (const auto to = next_state(in(static_cast<s>(from)), static_cast<e>(event)))
                found.emplace(static_cast<s>(from), static_cast<e>(event), *to);
    BOOST_TEST((found == wanted));
}

BOOST_AUTO_TEST_CASE(the_last_attempt_fails_the_task) {
    for (const task_event event : {task_event::fail, task_event::run_lapsed}) {
        BOOST_TEST((next_state(in(task_state::in_progress, 1, 3), event) == task_state::pending));
        BOOST_TEST((next_state(in(task_state::in_progress, 2, 3), event) == task_state::failed));
        BOOST_TEST((next_state(in(task_state::in_progress, 0, 1), event) == task_state::failed));
    }
}

BOOST_AUTO_TEST_CASE(only_a_retry_leaves_a_final_state_and_only_offers_reach_assigned) {
    const unsigned seed = std::random_device{}();
    BOOST_TEST_INFO_SCOPE("seed " << seed);
    std::mt19937 random(seed);
    for (int walk = 0; walk < 2000; ++walk) {
        task t = in(task_state::pending, 0, 1 + static_cast<int>(random() % 4));
        for (int step = 0; step < 50; ++step) {
            const auto event =
                static_cast<task_event>(random() % (static_cast<unsigned>(last_task_event) + 1));
            const auto to = next_state(t, event);
            if (is_final(t.state))
                BOOST_TEST(to.has_value() ==
                           (event == task_event::retry && t.state != task_state::completed));
            if (!to) continue;
            if (*to == task_state::assigned)
                BOOST_TEST((event == task_event::offer || event == task_event::offer_again));
            if (event == task_event::fail || event == task_event::run_lapsed) ++t.failures;
            if (event == task_event::retry && is_final(t.state)) t.failures = 0;
            BOOST_TEST(t.failures <= t.max_attempts);
            t.state = *to;
        }
    }
}

BOOST_AUTO_TEST_CASE(what_is_a_repetition_and_what_a_contradiction) {
    using s = task_state;
    BOOST_TEST(code_of(refuse_acknowledge({s::in_progress, 2}, 2)) == "repeated");
    BOOST_TEST(code_of(refuse_acknowledge({s::in_progress, 2}, {})) == "repeated");
    BOOST_TEST(code_of(refuse_acknowledge({s::in_progress, 2}, 1)) == "lease lost");
    BOOST_TEST(code_of(refuse_acknowledge({s::pending, 0}, {})) == "conflict");
    BOOST_TEST(code_of(refuse_acknowledge({s::completed, 1}, 1)) == "conflict");

    BOOST_TEST(code_of(refuse_finish({s::completed, 1}, 1, outcome::completed)) == "repeated");
    BOOST_TEST(code_of(refuse_finish({s::completed, 1}, 1, outcome::failed)) == "conflict");
    BOOST_TEST(code_of(refuse_finish({s::failed, 3, true}, 3, outcome::failed)) == "repeated");
    BOOST_TEST(code_of(refuse_finish({s::pending, 1, true}, 1, outcome::failed)) == "repeated");
    BOOST_TEST(code_of(refuse_finish({s::pending, 1, false}, 1, outcome::completed)) == "lease lost");
    BOOST_TEST(code_of(refuse_finish({s::in_progress, 2}, 1, outcome::completed)) == "lease lost");
    BOOST_TEST(code_of(refuse_finish({s::assigned, 1}, 1, outcome::completed)) == "conflict");

    BOOST_TEST(code_of(refuse_release({s::pending, 0}, 1)) == "repeated");
    BOOST_TEST(code_of(refuse_release({s::completed, 1}, 1)) == "conflict");
    BOOST_TEST(code_of(refuse_release({s::in_progress, 2}, 1)) == "lease lost");
}

BOOST_AUTO_TEST_CASE(errors_are_told_apart_by_their_words) {
    BOOST_TEST((classify("Fatal: wrong password or no key found") == error_category::permission));
    BOOST_TEST((classify("dial tcp 10.0.0.1:443: connect: Connection refused") == error_category::network));
    BOOST_TEST((classify("repository is already locked by PID 7") == error_category::transient));
    BOOST_TEST((classify("unable to open repository at /x") == error_category::repository));
    BOOST_TEST((classify("something else") == error_category::unknown));
    BOOST_TEST(!mended_by_retry(error_category::permission));
    BOOST_TEST(mended_by_retry(error_category::unknown));
}

BOOST_AUTO_TEST_SUITE_END()
