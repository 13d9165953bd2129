#include "app/load/scenarios.hpp"

#include "app/load/crew.hpp"

#include <algorithm>
#include <stdexcept>

namespace holdfast::app::load {
namespace {

using std::chrono::duration;

std::string plural(long count, const std::string& what) {
    return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

std::string heading_of(const campaign& of, const std::string& what) {
    const load_settings& s = of.settings;
    return plural(s.agents, "agent") + " on " + s.server_url + ", " + plural(s.threads, "thread") + ": " +
           what;
}

double seconds_between(const reading& a, const reading& b) {
    return duration<double>(b.at - a.at).count();
}

// Nothing where the server's processes can't be seen.
std::optional<double> server_cpu_between(const reading& a, const reading& b) {
    if (!a.server || !b.server) return std::nullopt;
    return (b.server->cpu - a.server->cpu).count();
}

// What every loaded stretch of time is reported with.
void add_costs(findings& to, const reading& begin, const reading& end) {
    to.figure("seconds", seconds_between(begin, end), "measured for", "s");
    to.figure("loadTesterCpuSeconds", (end.own_cpu - begin.own_cpu).count(), "CPU of this load tester", "s");
    const auto cpu = server_cpu_between(begin, end);
    if (!cpu) return;
    to.figure("serverCpuSeconds", *cpu, "CPU of the server", "s");
    if (end.finished > begin.finished)
        to.figure("serverCpuMicrosecondsPerTask",
                  *cpu / static_cast<double>(end.finished - begin.finished) * 1e6,
                  "CPU of the server for each task", "us");
    to.figure("serverResidentBytes", static_cast<double>(end.server->resident_bytes),
              "resident memory of the server", "B");
}

void add_latencies(findings& to, const crew::summary& all) {
    to.latency("reached", all.reach, "from when a task was due to its agent's poll having all of the answer");
    to.latency("made", all.counts.times(call_kind::make), "from when a task was due to the answer 201");
    to.latency("acknowledged", all.counts.times(call_kind::acknowledge), "one call");
    to.latency("finished", all.counts.times(call_kind::finish), "one call: the result");
    to.latency("heartbeat", all.counts.times(call_kind::heartbeat), "from when it was due");
}

findings finish(findings out, crew& all) {
    const auto sum = all.dismiss();
    add_latencies(out, *sum);
    out.judge(sum->checks, sum->counts);
    return out;
}

// The first agents warm the server up, so that its tables, caches and connections are not counted as the
// others'.
constexpr int warm_max = 100;
constexpr std::chrono::seconds quiet{1}; // for what the server still does after the last poll

// The moments between which an idle server is measured.
struct idle_readings {
    reading before;  // only the warm-up's polls wait
    reading parked;  // all do
    reading still;   // none has ended yet
    reading turning; // from here on they end, and begin anew
    reading end;
};

void add_idle_costs(findings& to, const idle_readings& at, int polls) {
    if (at.before.server && at.parked.server)
        to.figure("bytesPerPoll",
                  (static_cast<double>(at.parked.server->resident_bytes) -
                   static_cast<double>(at.before.server->resident_bytes)) /
                      polls,
                  "resident memory of the server for each poll", "B");
    const auto cpu = server_cpu_between(at.parked, at.still);
    const double seconds = seconds_between(at.parked, at.still);
    const auto renewed = static_cast<double>(at.end.polls - at.turning.polls);
    to.figure("pollsRenewed", renewed, "polls ended and began anew");
    if (!cpu || seconds < 1) return;
    const double at_rest = *cpu / seconds;
    to.figure("idleCpuPercent", at_rest * 100, "of a core: the server while no poll comes or goes", "%");
    const auto later = server_cpu_between(at.turning, at.end);
    if (later && renewed > 0)
        to.figure("cpuMicrosecondsPerRenewal",
                  std::max(0.0, *later - at_rest * seconds_between(at.turning, at.end)) / renewed * 1e6,
                  "CPU of the server for each of them, idling apart", "us");
}

findings idle(const campaign& of, crew& all) {
    const load_settings& s = of.settings;
    const int warm = std::min(warm_max, s.agents / 10);
    idle_readings at;
    all.enlist(warm);
    all.start_polling();
    all.watch(quiet, "warming up");
    at.before = all.read();
    all.enlist(s.agents - warm);
    all.start_polling();
    const moment first_end = steady_clock::now() + s.wait / 2; // of the polls that were just started
    all.watch(quiet, "settling");
    at.parked = all.read();
    all.watch(std::min<duration<double>>(s.duration, first_end - at.parked.at - std::chrono::seconds(1)),
              "waiting");
    at.still = all.read();
    all.watch(first_end - at.still.at, "waiting for the first to end");
    at.turning = all.read();
    all.watch(s.duration, "coming and going");
    at.end = all.read();

    findings out("idle", heading_of(of, "polls that wait"));
    out.figure("polls", s.agents, "polls waiting");
    add_idle_costs(out, at, s.agents - warm);
    add_costs(out, at.parked, at.end);
    return finish(std::move(out), all);
}

findings by_the_clock(const campaign& of, crew& all, const std::string& name, const std::string& what) {
    all.enlist(of.settings.agents);
    all.start_polling();
    all.prepare_the_clock();
    all.watch(quiet, "settling");
    const reading begin = all.read();
    all.make_by_the_clock();
    const reading end = all.read();
    all.settle();
    findings out(name, heading_of(of, what));
    out.figure("tasksPerSecond", static_cast<double>(end.made - begin.made) / seconds_between(begin, end),
               "tasks made in a second");
    add_costs(out, begin, end);
    return finish(std::move(out), all);
}

findings drain(const campaign& of, crew& all) {
    all.enlist(of.settings.agents);
    all.make_backlog();
    const reading begin = all.read();
    all.start_polling();
    all.settle();
    const reading end = all.read();
    findings out("drain", heading_of(of, "a backlog of " + plural(of.settings.tasks, "task") +
                                             ", polls with limit=" + std::to_string(of.settings.limit)));
    const auto sum = all.dismiss();
    const duration<double> took = sum->last_finish - begin.at;
    out.figure("cyclesPerSecond", static_cast<double>(end.finished) / std::max(took.count(), 1e-9),
               "tasks offered, acknowledged and finished in a second");
    add_costs(out, begin, end);
    add_latencies(out, *sum);
    out.judge(sum->checks, sum->counts);
    return out;
}

} // namespace

findings run_scenario(const campaign& of) {
    crew all(of);
    switch (of.settings.scenario) {
    case load_scenario::idle: return idle(of, all);
    case load_scenario::wake: return by_the_clock(of, all, "wake", "tasks reach polls that wait");
    case load_scenario::drain: return drain(of, all);
    case load_scenario::fleet:
        return by_the_clock(of, all, "fleet", "heartbeats, polls, and tasks that take their time");
    }
    throw std::logic_error("no such scenario");
}

} // namespace holdfast::app::load
