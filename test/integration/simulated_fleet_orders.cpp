// Who comes and goes, and what operators do to the simulated fleet.
#include "test/integration/simulated_fleet.hpp"
#include "test/integration/simulated_fleet_times.hpp"

namespace holdfast::test {
namespace {

origin nobody() {
    return {};
}

} // namespace

void simulated_fleet::add_agents(const scratch_database& scratch) {
    const auto text = [](const std::optional<int>& limit) {
        return limit ? std::to_string(*limit) : std::string("NULL");
    };
    std::string script;
    for (const fleet_member& each : plan_.agents) {
        const std::string id = "'" + to_string(each.id) + "'";
        const agent_limits& most = each.limits;
        script += "INSERT INTO agents (tenant_id, agent_id, hostname, enrolled_by, max_tasks, max_backups, "
                  "max_checks, max_prunes) VALUES ('" +
                  to_string(fleet_tenant) + "', " + id + ", " + id + ", 'shared', " + text(most.tasks) +
                  ", " + text(most.backups) + ", " + text(most.checks) + ", " + text(most.prunes) + ");";
        numbers_[each.id] = members_.size();
        members_.push_back({each.id, dice(dice_.seed()), true, now_, {}});
        record_.agents[each.id].limits = most;
    }
    scratch.execute(script);
}

awaitable<void> simulated_fleet::make_policies() {
    co_await set_clock(now_);
    for (const policy& each : plan_.policies) {
        auto made = co_await servers_.front().policies.create(fleet_tenant, each, nobody());
        (void)sure(std::move(made));
        watched_policy& seen = record_.policies[each.id];
        seen.when = each.when;
        seen.queues = each.overlap == "queue";
    }
    for (std::size_t i = 0; i < plan_.agents.size(); ++i)
        for (const std::size_t policy : plan_.agents[i].policies) co_await assign(i, policy);
}

// So that no further runs come: what is open can be done.
awaitable<void> simulated_fleet::end_all_assignments() {
    for (std::size_t i = 0; i < plan_.agents.size(); ++i)
        for (const std::size_t policy : plan_.agents[i].policies) co_await unassign(i, policy);
}

awaitable<void> simulated_fleet::assign(std::size_t agent, std::size_t policy) {
    const policy_id which = plan_.policies[policy].id;
    auto done = co_await any_up().policies.assign(fleet_tenant, which, members_[agent].id, nobody());
    sure(std::move(done));
    record_.policies[which].assigned[members_[agent].id].push_back({now_});
    runs_due_ = now_;
}

awaitable<void> simulated_fleet::unassign(std::size_t agent, std::size_t policy) {
    const policy_id which = plan_.policies[policy].id;
    auto done = co_await any_up().policies.unassign(fleet_tenant, which, members_[agent].id, nobody());
    sure(std::move(done));
    record_.policies[which].assigned[members_[agent].id].back().to = now_;
}

awaitable<void> simulated_fleet::enable(std::size_t policy, bool enabled) {
    holdfast::policy& wanted = plan_.policies[policy];
    wanted.when.enabled = enabled;
    auto done = co_await any_up().policies.replace(fleet_tenant, wanted, nobody());
    (void)sure(std::move(done));
    watched_policy& seen = record_.policies[wanted.id];
    if (!enabled) {
        seen.disabled.push_back({now_});
        co_return;
    }
    seen.disabled.back().to = now_;
    for (const auto& [agent, spans] : seen.assigned) ring({&agent, 1});
}

awaitable<void> simulated_fleet::pause(std::size_t agent, std::optional<instant> until) {
    if (until && *until <= now_) co_return; // no server was up to do it in time
    agent_change wanted;
    wanted.paused = true;
    if (until) wanted.paused_until = until;
    auto done = co_await any_up().agents.change(fleet_tenant, members_[agent].id, wanted, nobody());
    (void)sure(std::move(done));
    record_.agents[members_[agent].id].paused.push_back({now_, until.value_or(end_of_time)});
}

awaitable<void> simulated_fleet::resume(std::size_t agent) {
    agent_change wanted;
    wanted.paused = false;
    auto done = co_await any_up().agents.change(fleet_tenant, members_[agent].id, wanted, nobody());
    (void)sure(std::move(done));
    record_.agents[members_[agent].id].paused.back().to = now_;
    members_[agent].look_at = now_;
}

awaitable<void> simulated_fleet::act(order what) {
    switch (what.what) {
    case order::kind::pause: return pause(what.agent, std::nullopt);
    case order::kind::pause_until: return pause(what.agent, what.until);
    case order::kind::resume: return resume(what.agent);
    case order::kind::disable: return enable(what.policy, false);
    case order::kind::enable: return enable(what.policy, true);
    case order::kind::unassign: return unassign(what.agent, what.policy);
    case order::kind::assign: break;
    }
    return assign(what.agent, what.policy);
}

awaitable<void> simulated_fleet::operators_act() {
    while (!plan_.orders.empty() && plan_.orders.begin()->first <= now_) {
        const order next = plan_.orders.begin()->second;
        plan_.orders.erase(plan_.orders.begin());
        co_await act(next);
    }
}

void simulated_fleet::outages_begin_and_end() {
    for (; !plan_.outages.empty() && plan_.outages.begin()->first <= now_;
         plan_.outages.erase(plan_.outages.begin())) {
        const auto [what, who] = plan_.outages.begin()->second;
        if (what == outage::kind::server_down || what == outage::kind::server_up) {
            servers_.at(who).up = what == outage::kind::server_up;
            continue;
        }
        member& agent = members_.at(who);
        agent.up = what == outage::kind::agent_up;
        if (agent.up) {
            agent.look_at = now_;
            continue;
        }
        leases_end_.insert(now_ + fleet_times.run_lease + std::chrono::seconds{1});
        if (what != outage::kind::agent_dies) continue;
        if (!agent.jobs.empty()) ++happened_.died_at_work;
        agent.jobs.clear();
    }
}

} // namespace holdfast::test
