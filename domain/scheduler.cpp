#include "domain/scheduler.hpp"

#include "domain/log.hpp"

namespace holdfast {
namespace {

// A timetable that this server can't read is looked at again after this, here or on a server that can.
constexpr std::chrono::minutes unreadable_again{10};

// Of one tenant at a time: others wait for their turn, and so does what else the caller has to do.
constexpr int steps_max = 20;

} // namespace

awaitable<result<std::optional<std::chrono::microseconds>>> scheduler::make_due_tasks(int limit) {
    auto tenants = co_await store_.tenants_with_due_runs();
    if (!tenants) co_return std::move(tenants).error();
    for (const tenant_id tenant : *tenants) {
        bool more = true;
        for (int steps = 0; more && steps < steps_max; ++steps) {
            auto stepped = co_await step(tenant, limit);
            if (!stepped) co_return std::move(stepped).error();
            more = *stepped;
        }
    }
    auto next = co_await store_.next_due_in();
    co_return next;
}

awaitable<result<bool>> scheduler::step(tenant_id tenant, int limit) {
    auto due = co_await store_.due(tenant, limit);
    if (!due) co_return std::move(due).error();
    if (due->empty()) co_return false;
    const bool full = due->size() == static_cast<std::size_t>(limit);
    std::vector<settled_assignment> settled;
    settled.reserve(due->size());
    for (due_assignment& each : *due) settled.push_back(settle_one(std::move(each)));
    auto runs = co_await store_.settle(tenant, std::move(settled));
    if (!runs) co_return std::move(runs).error();
    tell(tenant, *runs);
    co_return full;
}

settled_assignment scheduler::settle_one(due_assignment due) {
    auto found = settle(due.when, due.policy, due.agent, due.settled_until, due.now);
    settled_assignment out{std::move(due), {}, {}, {}};
    if (!found) {
        log::error("[SCHEDULE] a policy's runs can't be told",
                   {{"policy", out.seen.policy}, {"cause", found.error().detail()}});
        out.settled_until = out.seen.settled_until;
        out.next_run_at = out.seen.now + unreadable_again;
        return out;
    }
    out.settled_until = out.seen.now;
    out.next_run_at = found->next;
    out.runs = std::move(found->runs);
    if (found->missed == 0) return out;
    counts_.runs_missed.add(static_cast<std::uint64_t>(found->missed));
    log::warning("[SCHEDULE] Runs missed", {{"policy", out.seen.policy},
                                            {"agent", out.seen.agent},
                                            {"missed", found->missed},
                                            {"since", to_rfc3339(out.seen.settled_until)}});
    return out;
}

void scheduler::tell(tenant_id tenant, const std::vector<settled_run>& runs) {
    std::vector<agent_id> agents;
    for (const settled_run& run : runs) {
        if (run.overlaps) {
            counts_.runs_overlapping.add();
            log::info("[SCHEDULE] No task: the one before is still open",
                      {{"policy", run.policy}, {"agent", run.agent}, {"type", name_of(run.type)}});
        }
        if (!run.made) continue;
        agents.push_back(run.agent);
        notes_.note_task(tenant, run.task, run.agent);
    }
    counts_.tasks_planned.add(agents.size());
    counts_.tasks_created.add(agents.size());
    if (!agents.empty()) bell_.ring(agents);
}

} // namespace holdfast
