// Tells waiting polls, on this core, on the others and on other servers, to look again. Only hints: a lost
// one costs time, never a task. Called after the commit that causes it.
#pragma once

#include "domain/changes.hpp"
#include "domain/id.hpp"

#include <span>
#include <string>

namespace holdfast {

class wakeups {
public:
    virtual void ring(std::span<const agent_id> agents) = 0;
    virtual void supersede(agent_id agent, const std::string& session, poll_id newest) = 0;
    // An operator cancelled a task that this agent runs: its waiting polls with a session are answered so.
    virtual void cancelled(agent_id agent, task_id task) = 0;
    // This token is good no longer: what is cached of it goes, and what waits by it ends.
    virtual void revoked(token_id token) = 0;
    // So are all tokens of this agent, and nobody acts as it any more.
    virtual void deleted(agent_id agent) = 0;
    // Somebody looks on at this tenant: what changes there is to be told.
    virtual void watched(tenant_id tenant) = 0;
    virtual void changed(tenant_id tenant, change_digest changes) = 0;

protected:
    ~wakeups() = default;
};

} // namespace holdfast
