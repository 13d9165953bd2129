#include "domain/policy_runs.hpp"

#include <algorithm>

namespace holdfast {
namespace {

void plan(task_type type, const std::string& text, const time_zone& zone, instant after, std::size_t count,
          std::vector<planned_run>& into) {
    const auto when = parse_schedule(text);
    if (!when) return; // was checked when the policy was written
    for (const instant at : next_runs(*when, zone, std::chrono::seconds{0}, after, count))
        into.push_back({type, at, to_rfc3339(at, zone)});
}

} // namespace

std::vector<planned_run> planned_runs(const policy& of, instant after, std::size_t count) {
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
