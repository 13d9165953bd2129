#include "test/support/fleet_judge.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <tuple>

namespace holdfast::test {
namespace {

using namespace std::chrono_literals;

// The schedule of one type of one policy, for one agent.
struct line {
    policy_id policy;
    agent_id agent;
    task_type type = task_type::backup;

    friend auto operator<=>(const line&, const line&) = default;

    [[nodiscard]] std::string words() const {
        return std::string(name_of(type)) + " of policy " + to_string(policy) + " for agent " +
               to_string(agent);
    }
};

using tasks_of_line = std::vector<const planned_task*>;

bool any_holds(const std::vector<time_span>& of, instant at) {
    return std::any_of(of.begin(), of.end(), [at](const time_span& each) { return each.holds(at); });
}

// Whether a begin or an end of one of them lies in (after, until].
bool any_edge(const std::vector<time_span>& of, instant after, instant until) {
    return std::any_of(of.begin(), of.end(), [&](const time_span& each) {
        return (after < each.from && each.from <= until) || (after < each.to && each.to <= until);
    });
}

// The due times of one line.
class line_judge {
public:
    line_judge(const fleet_record& seen, const watched_policy& policy, line which, tasks_of_line tasks,
               fleet_verdict& verdict)
        : seen_(seen),
          policy_(policy),
          assigned_(policy.assigned.at(which.agent)),
          which_(which),
          tasks_(std::move(tasks)),
          verdict_(verdict) {}

    void go(const schedule& when, const time_zone& zone) {
        const auto offset = spread_offset(which_.policy, which_.agent, policy_.when.spread_seconds);
        auto due = next_run(when, zone, seen_.begin - offset);
        auto look = seen_.looks.begin();
        while (due) {
            look = std::lower_bound(look, seen_.looks.end(), *due + offset);
            if (look == seen_.looks.end()) break;
            const auto next = next_run(when, zone, *due);
            judge_due(*due + offset, *look, next ? *next + offset : end_of_time);
            due = next;
        }
        for (const planned_task* each : tasks_)
            if (!known_.contains(each->scheduled_for))
                complain(each->scheduled_for, "a task without a due time");
    }

private:
    // `look`: when it was dealt with; `next`: the due time after it.
    void judge_due(instant due, instant look, instant next) {
        known_.insert(due);
        const auto found = std::count_if(tasks_.begin(), tasks_.end(),
                                         [due](const planned_task* t) { return t->scheduled_for == due; });
        if (found > 1) complain(due, "more than one task");
        if (was_off(due, look)) {
            count(verdict_.off, due, found, 0);
        } else if (!gets_a_run(due, look, next)) {
            count(verdict_.missed, due, found, 0);
        } else if (!policy_.queues && was_open(look, found > 0)) {
            count(verdict_.overlapping, due, found, 0);
        } else {
            count(look - due > in_time ? verdict_.made_up : verdict_.made, due, found, 1);
        }
    }

    // A timetable that is new or new again does not reach back.
    [[nodiscard]] bool was_off(instant due, instant look) const {
        return !any_holds(assigned_, look) || any_holds(policy_.disabled, look) ||
               any_edge(assigned_, due - 1us, look) || any_edge(policy_.disabled, due - 1us, look);
    }

    // Of what is dealt with at one time the last alone gets a run, and a late one by the policy's rule only.
    [[nodiscard]] bool gets_a_run(instant due, instant look, instant next) const {
        if (next <= look) return false;
        return look - due <= in_time || (policy_.when.on_missed == "once" &&
                                         next - look >= std::chrono::seconds{policy_.when.min_gap_seconds});
    }

    // Whether a task of this line was open. One that ended at that very time may count as either.
    [[nodiscard]] bool was_open(instant look, bool made) const {
        return std::any_of(tasks_.begin(), tasks_.end(), [&](const planned_task* t) {
            return t->made_at < look && (!t->ended_at || (made ? *t->ended_at > look : *t->ended_at >= look));
        });
    }

    void count(int& kind, instant due, std::ptrdiff_t found, std::ptrdiff_t wanted) {
        ++kind;
        if (found > wanted && wanted == 0) complain(due, "a task that the rules forbid");
        if (found < wanted) complain(due, "lost: there is no task");
    }

    void complain(instant due, const std::string& words) {
        verdict_.wrong.push_back(which_.words() + " at " + to_rfc3339(due) + ": " + words);
    }

    const fleet_record& seen_;
    const watched_policy& policy_;
    const std::vector<time_span>& assigned_;
    line which_;
    tasks_of_line tasks_;
    fleet_verdict& verdict_;
    std::set<instant> known_;
};

void judge_schedules(const fleet_record& seen, fleet_verdict& verdict) {
    std::map<line, tasks_of_line> tasks;
    for (const planned_task& each : seen.tasks) tasks[{each.policy, each.agent, each.type}].push_back(&each);
    for (const auto& [id, policy] : seen.policies) {
        const auto zone = find_zone(policy.when.timezone).value();
        const std::array<std::pair<task_type, std::optional<std::string>>, 3> all{
            {{task_type::backup, policy.when.schedule},
             {task_type::check, policy.when.check_schedule},
             {task_type::prune, policy.when.prune_schedule}}};
        for (const auto& [type, text] : all) {
            if (!text) continue;
            const schedule when = *parse_schedule(*text);
            for (const auto& [agent, spans] : policy.assigned) {
                const line which{id, agent, type};
                auto known = tasks.extract(which);
                auto of_line = known.empty() ? tasks_of_line() : std::move(known.mapped());
                line_judge(seen, policy, which, std::move(of_line), verdict).go(when, zone);
            }
        }
    }
    for (const auto& [which, unknown] : tasks) verdict.wrong.push_back(which.words() + ": has no schedule");
}

std::string words_of(const holding& one) {
    return std::string(name_of(one.type)) + " " + to_string(one.task) + " attempt " +
           std::to_string(one.attempt) + " (" + to_rfc3339(one.when.from) + " to " + to_rfc3339(one.when.to) +
           ")";
}

void judge_attempts(const fleet_record& seen, fleet_verdict& verdict) {
    std::set<std::pair<task_id, int>> known;
    for (const holding& each : seen.held)
        if (!each.handed_back && !known.emplace(each.task, each.attempt).second)
            verdict.wrong.push_back(words_of(each) + ": was in two answers");
    if (seen.ended_unheld > 0)
        verdict.wrong.push_back(std::to_string(seen.ended_unheld) + " attempts ended that nobody had");
}

// Calls `meets` for each holding with those that were there when it began.
template <class Key, class Meets> void at_each_begin(const fleet_record& seen, Key key, Meets meets) {
    std::map<decltype(key(seen.held.front())), std::vector<const holding*>> groups;
    for (const holding& each : seen.held) groups[key(each)].push_back(&each);
    for (auto& [name, group] : groups) {
        std::stable_sort(group.begin(), group.end(),
                         [](auto* a, auto* b) { return a->when.from < b->when.from; });
        std::vector<const holding*> there;
        for (const holding* each : group) {
            std::erase_if(there, [each](auto* other) { return !other->when.holds(each->when.from); });
            there.push_back(each);
            meets(*each, there);
        }
    }
}

void judge_repositories(const fleet_record& seen, fleet_verdict& verdict) {
    at_each_begin(
        seen, [](const holding& h) { return h.repository; },
        [&verdict](const holding& begun, const std::vector<const holding*>& there) {
            const bool exclusive = std::any_of(there.begin(), there.end(),
                                               [](auto* each) { return each->type != task_type::backup; });
            if (exclusive && there.size() > 1)
                verdict.wrong.push_back(words_of(begun) + ": shares its repository with " +
                                        words_of(*there.front()));
        });
}

void judge_limits(const fleet_record& seen, fleet_verdict& verdict) {
    at_each_begin(
        seen, [](const holding& h) { return h.agent; },
        [&](const holding& begun, const std::vector<const holding*>& there) {
            const agent_limits& limits = seen.agents.at(begun.agent).limits;
            const std::array<std::optional<int>, 3> by_type{limits.backups, limits.checks, limits.prunes};
            const auto same = std::count_if(there.begin(), there.end(),
                                            [&](auto* each) { return each->type == begun.type; });
            const auto most = by_type.at(static_cast<std::size_t>(begun.type));
            if ((limits.tasks && std::ssize(there) > *limits.tasks) || (most && same > *most))
                verdict.wrong.push_back(words_of(begun) + ": its agent has more than its limit");
        });
}

void judge_pauses(const fleet_record& seen, fleet_verdict& verdict) {
    for (const holding& each : seen.held) {
        if (any_holds(seen.agents.at(each.agent).paused, each.when.from))
            verdict.wrong.push_back(words_of(each) + ": its agent is paused");
        if (any_holds(seen.policies.at(each.policy).disabled, each.when.from))
            verdict.wrong.push_back(words_of(each) + ": its policy is disabled");
    }
}

// Nothing is left over, and what was held ended together with its task.
void judge_ends(const fleet_record& seen, fleet_verdict& verdict) {
    std::map<task_id, instant> last_end;
    for (const holding& each : seen.held) {
        auto& end = last_end[each.task];
        end = std::max(end, each.when.to);
    }
    for (const planned_task& each : seen.tasks) {
        const std::string name = std::string(name_of(each.type)) + " " + to_string(each.id);
        if (each.state != task_state::completed && each.state != task_state::failed)
            verdict.wrong.push_back(name + ": is " + std::string(name_of(each.state)) + " in the end");
        else if (!last_end.contains(each.id) || last_end.at(each.id) != each.ended_at)
            verdict.wrong.push_back(name + ": ended at another time than its last attempt");
    }
}

} // namespace

void fleet_record::over(task_id task, int attempt, instant at, bool handed_back) {
    const auto found = std::find_if(held.rbegin(), held.rend(), [&](const holding& each) {
        return each.task == task && each.attempt == attempt && each.when.to == end_of_time;
    });
    if (found == held.rend()) {
        ++ended_unheld;
        return;
    }
    found->when.to = at;
    found->handed_back = handed_back;
}

std::string fleet_verdict::summary() const {
    return "due times: " + std::to_string(made) + " in time, " + std::to_string(made_up) + " made up, " +
           std::to_string(overlapping) + " overlapping, " + std::to_string(missed) + " missed, " +
           std::to_string(off) + " off";
}

fleet_verdict judge(const fleet_record& seen) {
    fleet_verdict verdict;
    judge_schedules(seen, verdict);
    judge_attempts(seen, verdict);
    judge_repositories(seen, verdict);
    judge_limits(seen, verdict);
    judge_pauses(seen, verdict);
    judge_ends(seen, verdict);
    return verdict;
}

} // namespace holdfast::test
