// What servers tell each other of changes, as text and back.
#include "app/switchboard.hpp"

#include <boost/test/unit_test.hpp>

using namespace holdfast;
using namespace holdfast::app;

namespace {

hint told(tenant_id tenant, change_digest changes) {
    return {.what = hint::kind::changed,
            .tenant = tenant,
            .changes = std::make_shared<const change_digest>(std::move(changes))};
}

} // namespace

BOOST_AUTO_TEST_SUITE(app_switchboard)

BOOST_AUTO_TEST_CASE(changes_come_back_whole_in_payloads_that_fit) {
    const tenant_id tenant = tenant_id::make();
    change_digest changes;
    for (std::size_t i = 0; i < change_digest::listed_max; ++i)
        changes.add(change_kind::task, {make_uuid(), agent_id::make()});
    changes.add(change_kind::policy, {make_uuid(), {}});
    changes.add_many(change_kind::progress);
    change_digest heard;
    for (const std::string& payload : encode("me", std::vector{told(tenant, changes)})) {
        BOOST_TEST(payload.size() < 8000U);
        BOOST_TEST(decode(payload, "me").empty()); // its own
        for (const hint& h : decode(payload, "you")) {
            BOOST_TEST((h.what == hint::kind::changed && h.tenant == tenant));
            for (const auto kind : {change_kind::task, change_kind::policy, change_kind::progress}) {
                if (h.changes->many(kind)) heard.add_many(kind);
                for (const change& one : h.changes->of(kind)) heard.add(kind, one);
            }
        }
    }
    BOOST_TEST((heard.of(change_kind::task) == changes.of(change_kind::task)));
    BOOST_TEST((heard.of(change_kind::policy) == changes.of(change_kind::policy)));
    BOOST_TEST(heard.many(change_kind::progress));
}

BOOST_AUTO_TEST_CASE(who_looks_on_is_told_and_what_is_malformed_is_nothing) {
    const tenant_id tenant = tenant_id::make();
    const auto payloads = encode("me", std::vector{hint{.what = hint::kind::watched, .tenant = tenant}});
    BOOST_TEST_REQUIRE(payloads.size() == 1U);
    const auto back = decode(payloads.front(), "you");
    BOOST_TEST_REQUIRE(back.size() == 1U);
    BOOST_TEST((back.front().what == hint::kind::watched && back.front().tenant == tenant));
    const std::string changes = "me n " + to_string(tenant);
    for (const std::string& bad : {std::string("me w"), std::string("me w x"), std::string("me n"), changes,
                                   changes + " 5 ", changes + " 10 ", std::string("me n x 1 ")})
        BOOST_TEST(decode(bad, "you").empty(), bad);
}

BOOST_AUTO_TEST_CASE(a_minute_of_polls_comes_back_as_it_was) {
    poll_minute polls;
    polls.minute = std::chrono::sys_time<std::chrono::minutes>{std::chrono::minutes{29'600'000}};
    polls.waiting = 94;
    for (std::size_t i = 0; i < polls.wakes.size(); ++i) polls.wakes.at(i) = i * i;
    const auto payloads = encode(
        "me",
        std::vector{hint{.what = hint::kind::minute, .polls = std::make_shared<const poll_minute>(polls)}});
    BOOST_TEST_REQUIRE(payloads.size() == 1U);
    BOOST_TEST(decode(payloads.front(), "me").empty());
    const auto back = decode(payloads.front(), "you");
    BOOST_TEST_REQUIRE(back.size() == 1U);
    BOOST_TEST_REQUIRE((back.front().what == hint::kind::minute));
    BOOST_TEST((back.front().polls->minute == polls.minute));
    BOOST_TEST(back.front().polls->waiting == 94);
    BOOST_TEST((back.front().polls->wakes == polls.wakes));
    for (const char* bad :
         {"me m", "me m x 1 0", "me m 1 x 0", "me m 1 1 0,0", "me m 1 1 0,0,0,0,0,0,0,0,0,0,0,0,x"})
        BOOST_TEST(decode(bad, "you").empty(), bad);
}

BOOST_AUTO_TEST_CASE(a_digest_names_each_thing_once_and_gives_up_on_too_many) {
    change_digest changes;
    BOOST_TEST(changes.empty());
    const change one{make_uuid(), agent_id::make()};
    changes.add(change_kind::agent, one);
    changes.add(change_kind::agent, one);
    BOOST_TEST(changes.of(change_kind::agent).size() == 1U);
    for (std::size_t i = 0; i < change_digest::listed_max; ++i)
        changes.add(change_kind::agent, {make_uuid(), agent_id::make()});
    BOOST_TEST(changes.many(change_kind::agent));
    BOOST_TEST(changes.of(change_kind::agent).empty());
    BOOST_TEST(!changes.empty());
}

BOOST_AUTO_TEST_SUITE_END()
