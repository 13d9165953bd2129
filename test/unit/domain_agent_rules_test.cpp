#include "domain/agent_rules.hpp"

#include <boost/test/unit_test.hpp>

using namespace holdfast;

namespace {

constexpr instant now{std::chrono::seconds{1'800'000'000}};
constexpr instant later = now + std::chrono::hours{1};

const std::optional<int> no_limit;
const std::optional<instant> no_end;
const std::optional<std::string> no_note;

agent_control after(const agent_change& wanted, agent_control before = {}) {
    auto changed = apply(wanted, std::move(before), now);
    BOOST_TEST_REQUIRE(bool(changed));
    return *changed;
}

agent_control paused_before() {
    agent_control out;
    out.pause = agent_pause{now - std::chrono::hours{1}, later, "moving house"};
    return out;
}

std::vector<std::string> wrong_in(const agent_change& wanted) {
    std::vector<std::string> pointers;
    for (const field_error& e : check(wanted, now)) pointers.push_back(e.pointer);
    return pointers;
}

} // namespace

BOOST_AUTO_TEST_SUITE(domain_agent_rules)

BOOST_AUTO_TEST_CASE(what_is_absent_stays_and_what_is_null_goes) {
    agent_control before = paused_before();
    before.limits = {4, 2, 3, std::nullopt};
    agent_change wanted;
    wanted.max_tasks = 5;
    wanted.max_checks = no_limit;
    const agent_control out = after(wanted, before);
    BOOST_TEST((out.limits.tasks == 5));
    BOOST_TEST((out.limits.backups == 2));
    BOOST_TEST(!out.limits.checks);
    BOOST_TEST(!out.limits.prunes);
    BOOST_TEST_REQUIRE(out.pause.has_value());
    BOOST_TEST((out.pause->until == later));
    BOOST_TEST((out.pause->note == "moving house"));
}

BOOST_AUTO_TEST_CASE(a_pause_begins_once_and_takes_its_note_and_end_along) {
    agent_change wanted;
    wanted.paused = true;
    BOOST_TEST((after(wanted).pause->since == now));
    BOOST_TEST((after(wanted, paused_before()).pause->since == now - std::chrono::hours{1}));
    wanted.paused_until = no_end;
    wanted.pause_note = no_note;
    const agent_control open = after(wanted, paused_before());
    BOOST_TEST((open.pause && !open.pause->until && !open.pause->note));
    wanted = {};
    wanted.paused = false;
    BOOST_TEST(!after(wanted, paused_before()).pause);
    BOOST_TEST(!after(wanted).pause);
}

BOOST_AUTO_TEST_CASE(a_note_and_an_end_need_a_pause) {
    agent_change note;
    note.pause_note = "x";
    BOOST_TEST((apply(note, {}, now).error().code() == errc::conflict));
    BOOST_TEST((after(note, paused_before()).pause->note == "x"));
    agent_change end;
    end.paused_until = later;
    BOOST_TEST((apply(end, {}, now).error().code() == errc::conflict));
    agent_change nothing;
    nothing.paused_until = no_end;
    nothing.pause_note = no_note;
    BOOST_TEST(!after(nothing).pause);
}

BOOST_AUTO_TEST_CASE(everything_that_is_wrong_is_named) {
    agent_change wanted;
    wanted.max_tasks = 0;
    wanted.max_backups = 1001;
    wanted.max_checks = 1000;
    wanted.max_prunes = -1;
    wanted.paused_until = now;
    wanted.pause_note = std::string(501, 'x');
    const std::vector<std::string> expected{"/maxConcurrentTasks", "/maxConcurrentTasksByType/backup",
                                            "/maxConcurrentTasksByType/prune", "/pausedUntil", "/pauseNote"};
    BOOST_TEST(wrong_in(wanted) == expected, boost::test_tools::per_element());

    std::string umlauts;
    for (int i = 0; i < 500; ++i) umlauts += "\xC3\xA4";
    agent_change fits;
    fits.max_tasks = 1;
    fits.paused = true;
    fits.pause_note = umlauts;
    BOOST_TEST(wrong_in(fits).empty());

    agent_change ended;
    ended.paused = false;
    ended.paused_until = later;
    ended.pause_note = "x";
    const std::vector<std::string> both{"/pausedUntil", "/pauseNote"};
    BOOST_TEST(wrong_in(ended) == both, boost::test_tools::per_element());
    ended.paused_until = no_end;
    ended.pause_note = no_note;
    BOOST_TEST(wrong_in(ended).empty());
}

BOOST_AUTO_TEST_SUITE_END()
