#include "app/load/scenarios.hpp"

#include "app/load/crew.hpp"

#include <algorithm>

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

// What every loaded stretch of time is reported with.
void add_costs(findings& to, const campaign& of, const reading& begin, const reading& end) {
    const double tasks = static_cast<double>(end.finished - begin.finished);
    to.figure("seconds", end.seconds_since(begin), "measured for", "s");
    to.figure("loadTesterCpuSeconds", (end.own_cpu - begin.own_cpu).count(), "CPU of this load tester", "s");
    if (of.settings.server_pids.empty()) return;
    to.figure("serverCpuSeconds", end.server_cpu_since(begin), "CPU of the server", "s");
    if (tasks > 0)
        to.figure("serverCpuMicrosecondsPerTask", end.server_cpu_since(begin) / tasks * 1e6,
                  "CPU of the server for each task", "us");
    to.figure("serverResidentBytes", static_cast<double>(end.server.resident_bytes),
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
constexpr std::chrono::seconds quiet{2}; // for what the server still does after the last poll

findings idle(const campaign& of, crew& all) {
    const load_settings& s = of.settings;
    const bool measured = !s.server_pids.empty();
    const int warm = std::min(warm_max, s.agents / 10);
    all.enlist(warm);
    all.start_polling();
    all.watch(quiet, "warming up");
    const reading before = all.read();
    all.enlist(s.agents - warm);
    all.start_polling();
    const moment first_end = steady_clock::now() + s.wait / 2; // of the polls that were just started
    all.watch(quiet, "settling");
    const reading parked = all.read();
    const duration<double> still = first_end - std::chrono::seconds(1) - parked.at;
    all.watch(std::clamp<duration<double>>(still, duration<double>(0), s.duration), "waiting");
    const reading stood = all.read();
    all.watch(s.duration, "coming and going");
    const reading end = all.read();

    findings out("idle", heading_of(of, "polls that wait"));
    out.figure("polls", s.agents, "polls waiting");
    if (measured)
        out.figure("bytesPerPoll",
                   (static_cast<double>(parked.server.resident_bytes) -
                    static_cast<double>(before.server.resident_bytes)) /
                       (s.agents - warm),
                   "resident memory of the server for each poll", "B");
    const double at_rest =
        stood.seconds_since(parked) < 1 ? 0 : stood.server_cpu_since(parked) / stood.seconds_since(parked);
    if (measured && stood.seconds_since(parked) >= 1)
        out.figure("idleCpuPercent", at_rest * 100, "of a core: the server while no poll comes or goes", "%");
    out.figure("pollsRenewed", static_cast<double>(end.polls - stood.polls), "polls ended and began anew");
    if (measured && end.polls > stood.polls)
        out.figure("cpuMicrosecondsPerRenewal",
                   std::max(0.0, end.server_cpu_since(stood) - at_rest * end.seconds_since(stood)) /
                       static_cast<double>(end.polls - stood.polls) * 1e6,
                   "CPU of the server for each of them, idling apart", "us");
    add_costs(out, of, parked, end);
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
    out.figure("tasksPerSecond", static_cast<double>(end.made - begin.made) / end.seconds_since(begin),
               "tasks made in a second");
    add_costs(out, of, begin, end);
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
    add_costs(out, of, begin, end);
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
