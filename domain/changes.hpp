// What changed in a tenant, as operators who look on are told: which things, not what became of them. Only
// hints: whoever hears of one asks for what it shows.
#pragma once

#include "domain/id.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace holdfast {

enum class change_kind : std::uint8_t { agent, task, progress, policy, freshness };

inline constexpr std::size_t change_kinds = static_cast<std::size_t>(change_kind::freshness) + 1;

struct change {
    uuid what{};      // the task, the policy; of `agent` and `freshness` the agent
    agent_id agent{}; // whose task it is; nil of a policy

    friend bool operator==(const change&, const change&) = default;
};

// Changes of one tenant, each once. Of a kind of which too many things changed, only that is kept.
class change_digest {
public:
    static constexpr std::size_t listed_max = 200; // of one kind

    void add(change_kind kind, const change& one);
    void add_many(change_kind kind);

    [[nodiscard]] const std::vector<change>& of(change_kind kind) const {
        return listed_[static_cast<std::size_t>(kind)];
    }

    [[nodiscard]] bool many(change_kind kind) const { return many_[static_cast<std::size_t>(kind)]; }

    [[nodiscard]] bool empty() const;

private:
    std::array<std::vector<change>, change_kinds> listed_;
    std::array<bool, change_kinds> many_{};
};

// Who changes something says so here, after the commit. Costs next to nothing while nobody looks on.
class change_notes {
public:
    virtual void note(tenant_id tenant, change_kind kind, const change& one) = 0;

    void note_agent(tenant_id tenant, agent_id agent) {
        note(tenant, change_kind::agent, {agent.value, agent});
    }

    void note_task(tenant_id tenant, task_id task, agent_id agent) {
        note(tenant, change_kind::task, {task.value, agent});
    }

    void note_progress(tenant_id tenant, task_id task, agent_id agent) {
        note(tenant, change_kind::progress, {task.value, agent});
    }

    void note_policy(tenant_id tenant, policy_id policy) {
        note(tenant, change_kind::policy, {policy.value, {}});
    }

    void note_freshness(tenant_id tenant, agent_id agent) {
        note(tenant, change_kind::freshness, {agent.value, agent});
    }

protected:
    ~change_notes() = default;
};

} // namespace holdfast
