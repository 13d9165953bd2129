// What servers tell each other of changes, as text and back.
#include "app/switchboard.hpp"

#include <boost/test/unit_test.hpp>

using namespace holdfast;
using namespace holdfast::app;

namespace {

hint told(tenant_id tenant, change_digest changes) {
    return hints::changed{tenant, std::make_shared<const change_digest>(std::move(changes))};
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
        for (const hint& each : decode(payload, "you")) {
            const auto* h = std::get_if<hints::changed>(&each);
            BOOST_TEST_REQUIRE((h && h->tenant == tenant));
            for (const auto kind : {change_kind::task, change_kind::policy, change_kind::progress}) {
                if (h->changes->many(kind)) heard.add_many(kind);
                for (const change& one : h->changes->of(kind)) heard.add(kind, one);
            }
        }
    }
    BOOST_TEST((heard.of(change_kind::task) == changes.of(change_kind::task)));
    BOOST_TEST((heard.of(change_kind::policy) == changes.of(change_kind::policy)));
    BOOST_TEST(heard.many(change_kind::progress));
}

BOOST_AUTO_TEST_CASE(who_looks_on_is_told_and_what_is_malformed_is_nothing) {
    const tenant_id tenant = tenant_id::make();
    const auto payloads = encode("me", std::vector<hint>{hints::watched{tenant}});
    BOOST_TEST_REQUIRE(payloads.size() == 1U);
    const auto back = decode(payloads.front(), "you");
    BOOST_TEST_REQUIRE(back.size() == 1U);
    const auto* watched = std::get_if<hints::watched>(&back.front());
    BOOST_TEST((watched && watched->tenant == tenant));
    const std::string changes = "me n " + to_string(tenant);
    for (const std::string& bad : {std::string("me w"), std::string("me w x"), std::string("me n"), changes,
                                   changes + " 5 ", changes + " 10 ", std::string("me n x 1 ")})
        BOOST_TEST(decode(bad, "you").empty(), bad);
}

BOOST_AUTO_TEST_CASE(wake_ups_of_agents_come_back) {
    const agent_id agent = agent_id::make();
    const task_id task = task_id::make();
    const poll_id poll = poll_id::make();
    const token_id token = token_id::make();
    std::vector<hint> told{hints::supersede{agent, "s1", poll}, hints::cancelled{agent, task},
                           hints::revoked{token}, hints::deleted{agent}};
    for (int i = 0; i < 500; ++i) told.emplace_back(hints::ring{agent});
    int rings = 0;
    std::vector<hint> others;
    for (const std::string& payload : encode("me", told)) {
        BOOST_TEST(payload.size() < 8000U);
        for (const hint& each : decode(payload, "you"))
            if (const auto* ring = std::get_if<hints::ring>(&each))
                rings += ring->agent == agent ? 1 : 0;
            else
                others.push_back(each);
    }
    BOOST_TEST(rings == 500);
    BOOST_TEST_REQUIRE(others.size() == 4U);
    const auto& supersede = std::get<hints::supersede>(others[0]);
    BOOST_TEST((supersede.agent == agent && supersede.session == "s1" && supersede.newest == poll));
    const auto& cancelled = std::get<hints::cancelled>(others[1]);
    BOOST_TEST((cancelled.agent == agent && cancelled.task == task));
    BOOST_TEST((std::get<hints::revoked>(others[2]).token == token));
    BOOST_TEST((std::get<hints::deleted>(others[3]).agent == agent));
    for (const char* bad : {"me s", "me s x y z", "me c x", "me t x", "me d", "me q x"})
        BOOST_TEST(decode(bad, "you").empty(), bad);
}

BOOST_AUTO_TEST_CASE(a_minute_of_polls_comes_back_as_it_was) {
    poll_minute polls;
    polls.minute = std::chrono::sys_time<std::chrono::minutes>{std::chrono::minutes{29'600'000}};
    polls.waiting = 94;
    for (std::size_t i = 0; i < polls.wakes.size(); ++i) polls.wakes.at(i) = i * i;
    const std::vector<hint> told(1, hints::minute{std::make_shared<const poll_minute>(polls)});
    const auto payloads = encode("me", told);
    BOOST_TEST_REQUIRE(payloads.size() == 1U);
    BOOST_TEST(decode(payloads.front(), "me").empty());
    const auto back = decode(payloads.front(), "you");
    BOOST_TEST_REQUIRE(back.size() == 1U);
    const poll_minute& heard = *std::get<hints::minute>(back.front()).polls;
    BOOST_TEST((heard.minute == polls.minute));
    BOOST_TEST(heard.waiting == 94);
    BOOST_TEST((heard.wakes == polls.wakes));
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
