// Carries wake-ups from the core where they arise to all others, and to other servers.
#pragma once

#include "domain/async.hpp"
#include "domain/poll_minutes.hpp"
#include "domain/waiting_room.hpp"
#include "domain/wakeups.hpp"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace holdfast::app {

// One wake-up as it travels: a call of `wakeups` as a value.
namespace hints {
struct ring {
    agent_id agent;
};

struct supersede {
    agent_id agent;
    std::string session;
    poll_id newest;
};

struct cancelled {
    agent_id agent;
    task_id task;
};

struct revoked {
    token_id token;
};

struct deleted {
    agent_id agent;
};

struct watched {
    tenant_id tenant;
};

struct changed {
    tenant_id tenant;
    std::shared_ptr<const change_digest> changes;
};

struct minute {
    std::shared_ptr<const poll_minute> polls;
};
} // namespace hints

using hint = std::variant<hints::ring, hints::supersede, hints::cancelled, hints::revoked, hints::deleted,
                          hints::watched, hints::changed, hints::minute>;

// What travels between servers: "ORIGIN r AGENT,AGENT" · "ORIGIN s AGENT SESSION POLL" · "ORIGIN c AGENT
// TASK" · "ORIGIN t TOKEN" · "ORIGIN d AGENT" · "ORIGIN w TENANT" · "ORIGIN n TENANT KIND
// WHAT/AGENT,WHAT/AGENT", of which none means many · "ORIGIN m MINUTE WAITING WAKES,WAKES". Payloads are
// shorter than PostgreSQL's limit of 8000 bytes. Malformed text gives nothing.
[[nodiscard]] std::vector<std::string> encode(std::string_view origin, std::span<const hint> hints);
[[nodiscard]] std::vector<hint> decode(std::string_view payload, std::string_view own_origin);

// The receiving end of one core. `take` is called on its own thread.
class hint_target {
public:
    virtual void take(const std::vector<hint>& hints) = 0;
    [[nodiscard]] virtual executor where() = 0;

protected:
    ~hint_target() = default;
};

// The sending end of one core: acts on its own waiting room at once; gathers what arises in one turn of the
// loop and posts it to the others together. Its own thread only.
class bell final : public wakeups {
public:
    // The own core's target; the others are set before the first use.
    explicit bell(hint_target& own) : own_(own) {}

    void connect(std::vector<hint_target*> others) { others_ = std::move(others); }

    void ring(std::span<const agent_id> agents) override;
    void supersede(agent_id agent, const std::string& session, poll_id newest) override;
    void cancelled(agent_id agent, task_id task) override;
    void revoked(token_id token) override;
    void deleted(agent_id agent) override;
    void watched(tenant_id tenant) override;
    void changed(tenant_id tenant, change_digest changes) override;

private:
    void act_and_pass_on(hint h);
    void pass_on(hint h);
    void send();

    hint_target& own_;
    std::vector<hint_target*> others_;
    std::vector<hint> gathered_;
    bool scheduled_ = false;
};

} // namespace holdfast::app
