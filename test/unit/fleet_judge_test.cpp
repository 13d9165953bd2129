// The judge of the simulated fleet finds what is wrong, and nothing where nothing is.
#include "test/support/fleet_judge.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace holdfast;
using namespace holdfast::test;
using namespace std::chrono_literals;

namespace {

constexpr instant midnight = std::chrono::sys_days{std::chrono::year{2026} / 4 / 1};

// One policy with a backup every three hours and a check every day, for two agents. A server looks at each
// hour from 01:00 to 31:00 but for an outage from 10:00 to 20:00: of 12:00, 15:00 and 18:00 the last is made
// up. Every backup takes twenty minutes, every check half an hour.
struct run {
    fleet_record seen;
    policy_id policy = policy_id::make();
    agent_id a = agent_id::make();
    agent_id b = agent_id::make();

    run() {
        seen.begin = midnight;
        watched_policy& of = seen.policies[policy];
        of.when.schedule = "every 3h";
        of.when.check_schedule = "every 1d";
        for (const agent_id each : {a, b}) {
            of.assigned[each].push_back({midnight, midnight + 31h});
            seen.agents[each] = {};
            for (const auto due : {3h, 6h, 9h, 18h, 21h, 24h, 27h, 30h})
                add(each, task_type::backup, due, std::max<std::chrono::hours>(due, due == 18h ? 20h : 0h));
        }
        add(a, task_type::check, 24h, 25h + 10min);
        add(b, task_type::check, 24h, 26h + 10min);
        seen.tasks.at(16).made_at = seen.tasks.at(17).made_at = midnight + 24h;
        for (auto hour = 1h; hour <= 31h; ++hour)
            if (hour < 10h || hour >= 20h) seen.looks.push_back(midnight + hour);
    }

    planned_task& add(agent_id agent, task_type type, std::chrono::minutes due, std::chrono::minutes begins) {
        const instant from = midnight + begins + 1min;
        const instant to = from + (type == task_type::backup ? 20min : 30min);
        const auto id = task_id::make();
        seen.given({id, 1, policy, agent, type, "/repository", {from}});
        seen.over(id, 1, to);
        return seen.tasks.emplace_back(planned_task{id, policy, agent, type, midnight + due,
                                                    midnight + begins, to, task_state::completed});
    }

    // The first of this time.
    planned_task& task_at(std::chrono::hours due) {
        return *std::find_if(seen.tasks.begin(), seen.tasks.end(),
                             [due](const planned_task& t) { return t.scheduled_for == midnight + due; });
    }

    void remove(std::chrono::hours due) {
        const task_id id = task_at(due).id;
        std::erase_if(seen.tasks, [id](const planned_task& t) { return t.id == id; });
        std::erase_if(seen.held, [id](const holding& h) { return h.task == id; });
    }

    holding& held_of(std::chrono::hours due) {
        const task_id id = task_at(due).id;
        return *std::find_if(seen.held.begin(), seen.held.end(),
                             [id](const holding& h) { return h.task == id; });
    }

    // What the judge says, in one text.
    [[nodiscard]] std::string verdict() const {
        std::string out;
        for (const std::string& each : judge(seen).wrong) out += each + "\n";
        return out;
    }

    [[nodiscard]] bool blames(const std::string& words) const {
        return verdict().find(words) != std::string::npos;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(fleet_judge, run)

BOOST_AUTO_TEST_CASE(a_good_run_is_found_good) {
    BOOST_TEST(verdict() == "");
    const fleet_verdict counts = judge(seen);
    BOOST_TEST(counts.made == 16);
    BOOST_TEST(counts.made_up == 2);
    BOOST_TEST(counts.missed == 4);
    BOOST_TEST(counts.overlapping == 0);
}

BOOST_AUTO_TEST_CASE(a_lost_run) {
    remove(6h);
    BOOST_TEST(blames("2026-04-01T06:00:00Z: lost"));
}

BOOST_AUTO_TEST_CASE(a_lost_run_of_those_made_up) {
    remove(18h);
    BOOST_TEST(blames("2026-04-01T18:00:00Z: lost"));
}

BOOST_AUTO_TEST_CASE(a_lost_line) {
    std::erase_if(seen.tasks, [this](const planned_task& t) { return t.agent == b; });
    BOOST_TEST(blames("2026-04-01T03:00:00Z: lost"));
    BOOST_TEST(judge(seen).wrong.size() == 9U);
}

BOOST_AUTO_TEST_CASE(a_doubled_run) {
    add(a, task_type::backup, 6h, 8h);
    BOOST_TEST(blames("2026-04-01T06:00:00Z: more than one task"));
}

BOOST_AUTO_TEST_CASE(a_run_too_many_of_those_made_up) {
    add(a, task_type::backup, 15h, 22h);
    BOOST_TEST(blames("2026-04-01T15:00:00Z: a task that the rules forbid"));
}

BOOST_AUTO_TEST_CASE(a_run_made_up_against_the_rules) {
    seen.policies[policy].when.on_missed = "skip";
    BOOST_TEST(blames("2026-04-01T18:00:00Z: a task that the rules forbid"));
    seen.policies[policy].when.on_missed = "once";
    seen.policies[policy].when.min_gap_seconds = 3600; // the next is at 21:00
    BOOST_TEST(verdict() == "");
    seen.policies[policy].when.min_gap_seconds = 3601;
    BOOST_TEST(blames("2026-04-01T18:00:00Z: a task that the rules forbid"));
}

BOOST_AUTO_TEST_CASE(a_run_at_no_due_time) {
    add(a, task_type::backup, 7h, 7h);
    BOOST_TEST(blames("2026-04-01T07:00:00Z: a task without a due time"));
}

BOOST_AUTO_TEST_CASE(a_run_of_no_schedule) {
    add(a, task_type::prune, 7h, 8h);
    BOOST_TEST(blames("has no schedule"));
}

BOOST_AUTO_TEST_CASE(a_run_while_the_one_before_is_open) {
    planned_task& first = task_at(3h);
    held_of(3h).when.to = *(first.ended_at = midnight + 6h + 30min);
    BOOST_TEST(blames("2026-04-01T06:00:00Z: a task that the rules forbid"));
    seen.policies[policy].queues = true;
    BOOST_TEST(verdict() == "");
    seen.policies[policy].queues = false;
    remove(6h);
    BOOST_TEST(verdict() == "");
    BOOST_TEST(judge(seen).overlapping == 1);
    seen.policies[policy].queues = true;
    BOOST_TEST(blames("2026-04-01T06:00:00Z: lost"));
}

BOOST_AUTO_TEST_CASE(a_run_of_a_policy_that_is_off) {
    seen.policies[policy].disabled.push_back({midnight + 5h, midnight + 7h});
    BOOST_TEST(blames("2026-04-01T06:00:00Z: a task that the rules forbid"));
    BOOST_TEST(blames("its policy is disabled"));
}

BOOST_AUTO_TEST_CASE(a_run_of_an_agent_that_is_not_assigned) {
    seen.policies[policy].assigned[a] = {{midnight, midnight + 5h}, {midnight + 7h, midnight + 31h}};
    BOOST_TEST(blames("2026-04-01T06:00:00Z: a task that the rules forbid"));
    remove(6h);
    BOOST_TEST(verdict() == "");
    BOOST_TEST(judge(seen).off == 1);
}

BOOST_AUTO_TEST_CASE(two_on_a_repository_when_one_is_exclusive) {
    const auto check = std::find_if(seen.held.begin(), seen.held.end(),
                                    [](const holding& h) { return h.type == task_type::check; });
    check->when.from = midnight + 24h + 10min; // the backups of 24:00 end at 24:21
    BOOST_TEST(blames("shares its repository"));
    check->repository = "/another";
    BOOST_TEST(verdict() == "");
}

BOOST_AUTO_TEST_CASE(more_than_a_limit) {
    seen.agents[a].limits.tasks = 1;
    BOOST_TEST(verdict() == "");
    planned_task& first = task_at(3h);
    held_of(3h).when.to = *(first.ended_at = midnight + 6h + 10min);
    seen.policies[policy].queues = true;
    BOOST_TEST(blames("more than its limit"));
    seen.agents[a].limits = {.tasks = {}, .backups = 1, .checks = {}, .prunes = {}};
    BOOST_TEST(blames("more than its limit"));
    seen.agents[a].limits = {.tasks = 2, .backups = 2, .checks = 0, .prunes = {}};
    BOOST_TEST(blames("more than its limit"));
    seen.agents[a].limits.checks = 1;
    BOOST_TEST(verdict() == "");
}

BOOST_AUTO_TEST_CASE(a_task_for_a_paused_agent) {
    seen.agents[a].paused.push_back({midnight + 3h, midnight + 4h});
    BOOST_TEST(blames("its agent is paused"));
}

BOOST_AUTO_TEST_CASE(an_attempt_in_two_answers) {
    seen.held.push_back(held_of(3h));
    BOOST_TEST(blames("was in two answers"));
    held_of(3h).handed_back = true;
    BOOST_TEST(verdict() == "");
}

BOOST_AUTO_TEST_CASE(an_end_of_what_nobody_had) {
    seen.over(task_at(3h).id, 1, midnight + 4h);
    BOOST_TEST(blames("1 attempts ended that nobody had"));
}

BOOST_AUTO_TEST_CASE(a_task_that_is_left_over) {
    task_at(30h).state = task_state::pending;
    BOOST_TEST(blames("is pending in the end"));
}

BOOST_AUTO_TEST_CASE(a_task_that_ended_without_its_agent) {
    task_at(30h).ended_at = midnight + 31h;
    BOOST_TEST(blames("ended at another time"));
}

BOOST_AUTO_TEST_SUITE_END()
