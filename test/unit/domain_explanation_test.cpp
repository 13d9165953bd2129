// Why a task is where it is, in every situation.
#include "domain/explanation.hpp"

#include <boost/test/unit_test.hpp>

#include <functional>

using namespace holdfast;
using namespace std::chrono_literals;

namespace {

constexpr instant now = std::chrono::sys_days{std::chrono::year{2026} / 3 / 1};

struct case_of {
    task of;
    agent whose;
    bool known = true;
    bool enabled = true;
    surroundings around;

    case_of() {
        of.max_attempts = 3;
        whose.hostname = "web-01";
        whose.online = true;
        around.now = now;
    }
};

// The codes, in their order.
std::string codes(const std::function<void(case_of&)>& change) {
    case_of c;
    change(c);
    const std::optional<agent> whose = c.known ? std::optional(c.whose) : std::nullopt;
    std::string out;
    for (const reason& each : explain(c.of, whose, c.enabled, c.around)) {
        BOOST_TEST(!each.detail.empty());
        out += (out.empty() ? "" : " ") + std::string(each.code);
    }
    return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(domain_explanation)

BOOST_AUTO_TEST_CASE(pending) {
    BOOST_TEST(codes([](case_of&) {}) == "ready");
    BOOST_TEST(codes([](case_of& c) { c.around.ahead = 2; }) == "behind_others");
    BOOST_TEST(codes([](case_of& c) { c.of.scheduled_for = now + 1s; }) == "not_due");
    BOOST_TEST(codes([](case_of& c) { c.of.scheduled_for = now; }) == "ready");
    BOOST_TEST(codes([](case_of& c) { c.of.not_before = now + 1s; }) == "retry_delay");
    BOOST_TEST(codes([](case_of& c) { c.of.not_before = now - 1s; }) == "ready");
    BOOST_TEST(codes([](case_of& c) {
                   c.of.not_before = now + 1s;
                   c.around.release_reason = "on_battery";
               }) == "released");
    BOOST_TEST(codes([](case_of& c) { c.known = false; }) == "agent_deleted");
    BOOST_TEST(codes([](case_of& c) { c.whose.online = false; }) == "agent_offline");
    BOOST_TEST(codes([](case_of& c) {
                   c.whose.control.pause = agent_pause{now, {}, "moving"};
               }) == "agent_paused");
    BOOST_TEST(codes([](case_of& c) { c.enabled = false; }) == "policy_disabled");
}

BOOST_AUTO_TEST_CASE(pending_by_limits) {
    BOOST_TEST(codes([](case_of& c) {
                   c.whose.control.limits.tasks = 2;
                   c.around.held = 2;
               }) == "agent_limit");
    BOOST_TEST(codes([](case_of& c) {
                   c.whose.control.limits.tasks = 2;
                   c.around.held = 1;
               }) == "ready");
    BOOST_TEST(codes([](case_of& c) {
                   c.of.type = task_type::prune;
                   c.whose.control.limits.prunes = 1;
                   c.whose.control.limits.backups = 9;
                   c.around.held_of_type = 1;
               }) == "agent_limit");
}

BOOST_AUTO_TEST_CASE(pending_for_several_reasons_at_once) {
    BOOST_TEST(codes([](case_of& c) {
                   c.of.scheduled_for = now + 1h;
                   c.whose.online = false;
                   c.whose.control.pause = agent_pause{now, {}, {}};
                   c.enabled = false;
                   c.around.holders = {{task_id::make(), agent_id::make(), task_type::prune, false},
                                       {task_id::make(), agent_id::make(), task_type::check, true}};
                   c.around.ahead = 1;
               }) == "not_due agent_paused agent_offline policy_disabled repository_busy repository_claimed");
}

BOOST_AUTO_TEST_CASE(handed_out_or_over) {
    const auto in = [](task_state state, int failures = 0) {
        return codes([state, failures](case_of& c) {
            c.of.state = state;
            c.of.failures = failures;
        });
    };
    BOOST_TEST(in(task_state::assigned) == "awaiting_acknowledgement");
    BOOST_TEST(in(task_state::in_progress) == "running");
    BOOST_TEST(in(task_state::completed) == "completed");
    BOOST_TEST(in(task_state::cancelled) == "cancelled");
    BOOST_TEST(in(task_state::failed, 3) == "attempts_used_up");
    BOOST_TEST(in(task_state::failed, 1) == "permanent_failure");
}

BOOST_AUTO_TEST_CASE(times_and_ids_are_told) {
    case_of c;
    c.of.scheduled_for = now + 1h;
    c.of.agent = agent_id::make();
    c.whose.online = false;
    c.whose.last_seen_at = now - 1h;
    c.around.holders = {{task_id::make(), agent_id::make(), task_type::prune, false}};
    const auto reasons = explain(c.of, c.whose, true, c.around);
    BOOST_TEST_REQUIRE(reasons.size() == 3U);
    BOOST_TEST((reasons[0].until == now + 1h));
    BOOST_TEST((reasons[1].since == now - 1h));
    BOOST_TEST((reasons[1].agent == c.of.agent));
    BOOST_TEST((reasons[2].task == c.around.holders[0].task));
    BOOST_TEST((reasons[2].agent == c.around.holders[0].agent));
}

BOOST_AUTO_TEST_SUITE_END()
