#include "domain/policy_runs.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace holdfast {
namespace {

void plan(task_type type, const std::string& text, const time_zone& zone, instant after, std::size_t count,
          std::vector<planned_run>& into) {
    const auto when = parse_schedule(text);
    if (!when) return; // was checked when the policy was written
    for (const instant at : next_runs(*when, zone, std::chrono::seconds{0}, after, count))
        into.push_back({type, at, to_rfc3339(at, zone)});
}

// One schedule of a policy, for one agent.
result<void> settle_one(task_type type, const std::string& text, const timetable& of, const time_zone& zone,
                        std::chrono::seconds offset, instant settled_until, instant now, settlement& into) {
    auto when = parse_schedule(text);
    if (!when) return std::move(when).error();
    const auto first = agent_next_run(*when, zone, offset, settled_until);
    if (!first) return done;
    std::optional<instant> next = first;
    if (*first <= now) {
        const missed_rule rule = of.on_missed == "skip" ? missed_rule::skip : missed_rule::once;
        const due_runs due =
            catch_up(*when, zone, offset, *first, now, rule, std::chrono::seconds{of.min_gap_seconds});
        if (due.run_now) into.runs.push_back({type, *due.run_now});
        into.missed += due.missed;
        next = due.next;
    }
    if (*next < end_of_time) into.next = std::min(*next, into.next.value_or(end_of_time));
    return done;
}

} // namespace

result<settlement> settle(const timetable& when, policy_id policy, agent_id agent, instant settled_until,
                          instant now) {
    settlement out;
    if (!when.enabled) return out;
    const auto zone = find_zone(when.timezone);
    if (!zone) return failure{errc::invalid, "this server does not know the time zone " + when.timezone};
    const auto offset = spread_offset(policy, agent, when.spread_seconds);
    const std::array<std::pair<task_type, const std::string*>, 3> all{
        {{task_type::backup, &when.schedule},
         {task_type::check, when.check_schedule ? &*when.check_schedule : nullptr},
         {task_type::prune, when.prune_schedule ? &*when.prune_schedule : nullptr}}};
    for (const auto& [type, text] : all) {
        if (text == nullptr) continue;
        auto settled = settle_one(type, *text, when, *zone, offset, settled_until, now, out);
        if (!settled) return std::move(settled).error();
    }
    return out;
}

std::vector<planned_run> planned_runs(const timetable& of, instant after, std::size_t count) {
    std::vector<planned_run> runs;
    const auto zone = find_zone(of.timezone);
    if (!of.enabled || !zone) return runs;
    plan(task_type::backup, of.schedule, *zone, after, count, runs);
    if (of.check_schedule) plan(task_type::check, *of.check_schedule, *zone, after, count, runs);
    if (of.prune_schedule) plan(task_type::prune, *of.prune_schedule, *zone, after, count, runs);
    std::stable_sort(runs.begin(), runs.end(),
                     [](const planned_run& a, const planned_run& b) { return a.at < b.at; });
    if (runs.size() > count) runs.resize(count);
    return runs;
}

} // namespace holdfast
