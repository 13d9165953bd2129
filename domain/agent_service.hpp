// Agents: how they make themselves known and stay so, and what operators set.
#pragma once

#include "domain/changes.hpp"
#include "domain/metrics.hpp"
#include "domain/stores.hpp"
#include "domain/timing.hpp"
#include "domain/wakeups.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <optional>
#include <string>
#include <vector>

namespace holdfast {

struct registration_answer {
    registered known;
    std::optional<std::string> token; // an enrolled agent's own, shown once
};

class agent_service {
public:
    agent_service(agent_store& agents, wakeups& bell, change_notes& notes, metrics& counts,
                  const timing& times)
        : agents_(agents), bell_(bell), notes_(notes), counts_(counts), times_(times) {}

    // With an enroll token a new agent gets a token of its own, and a hostname that is taken is
    // errc::name_taken. With an agent's own token its details are updated.
    [[nodiscard]] awaitable<result<registration_answer>> register_(identity by, registration wanted);

    // Renews the leases; returns the tasks that the agent is to stop.
    [[nodiscard]] awaitable<result<std::vector<task_id>>> beat(tenant_id tenant, heartbeat beat);

    // The agent was heard of: written down, but not more often than a fraction of the heartbeat's rhythm.
    [[nodiscard]] awaitable<void> heard_of(tenant_id tenant, agent_id agent);

    [[nodiscard]] awaitable<result<agent>> get(tenant_id tenant, agent_id id);
    [[nodiscard]] awaitable<result<page<agent>>> list(tenant_id tenant, agent_filter filter,
                                                      page_request page);

    // What it may have now wakes its polls.
    [[nodiscard]] awaitable<result<agent>> change(tenant_id tenant, agent_id id, agent_change wanted,
                                                  origin by);

    // Its tokens end at once, its waiting polls with them. errc::conflict while it has open tasks, unless
    // these are to be cancelled.
    [[nodiscard]] awaitable<result<void>> remove(tenant_id tenant, agent_id id, bool cancel_tasks, origin by);

private:
    agent_store& agents_;
    wakeups& bell_;
    change_notes& notes_;
    metrics& counts_;
    const timing& times_;
    boost::unordered_flat_map<agent_id, steady_clock::time_point, id_hash> heard_;
};

// 1 to 253 letters, digits, dots, hyphens and underscores (RFC 1123, and what machines are called besides).
[[nodiscard]] bool is_hostname(std::string_view text);

} // namespace holdfast
