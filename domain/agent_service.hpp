// Agents: how they make themselves known and stay so.
#pragma once

#include "domain/metrics.hpp"
#include "domain/stores.hpp"
#include "domain/timing.hpp"

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
    agent_service(agent_store& agents, const timing& times) : agents_(agents), times_(times) {}

    // With an enroll token a new agent gets a token of its own, and a hostname that is taken is
    // errc::name_taken.
    [[nodiscard]] awaitable<result<registration_answer>> register_(identity by, registration wanted);

    // Renews the leases; returns the tasks that the agent is to stop.
    [[nodiscard]] awaitable<result<std::vector<task_id>>> beat(tenant_id tenant, heartbeat beat);

    // The agent was heard of: written down, but not more often than a fraction of the heartbeat's rhythm.
    [[nodiscard]] awaitable<void> heard_of(tenant_id tenant, agent_id agent);

    [[nodiscard]] awaitable<result<agent>> get(tenant_id tenant, agent_id id);
    [[nodiscard]] awaitable<result<page<agent>>> list(tenant_id tenant, page_request page);

private:
    agent_store& agents_;
    const timing& times_;
    boost::unordered_flat_map<agent_id, steady_clock::time_point, id_hash> heard_;
};

// 1 to 253 letters, digits, dots, hyphens and underscores (RFC 1123, and what machines are called besides).
[[nodiscard]] bool is_hostname(std::string_view text);

} // namespace holdfast
