// What the domain needs kept. The database implements these; every call names one tenant, may be made on the
// shard's own thread only, and fails with errc::unavailable or errc::overloaded when the database can't take
// it now. Calls for many callers at once are gathered below this line (natural batching).
#pragma once

#include "domain/agent.hpp"
#include "domain/agent_rules.hpp"
#include "domain/async.hpp"
#include "domain/audit.hpp"
#include "domain/event.hpp"
#include "domain/explanation.hpp"
#include "domain/freshness.hpp"
#include "domain/identity.hpp"
#include "domain/origin.hpp"
#include "domain/overview.hpp"
#include "domain/page.hpp"
#include "domain/policy.hpp"
#include "domain/policy_runs.hpp"
#include "domain/repository_use.hpp"
#include "domain/result.hpp"
#include "domain/task.hpp"
#include "domain/task_rules.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace holdfast {

inline constexpr std::chrono::seconds lookahead_all{-1}; // whatever its time

struct offer_request {
    tenant_id tenant;
    agent_id agent;
    poll_id poll;
    int limit = 10;
    task_types types;
    std::chrono::seconds lookahead{0};
    std::string session;     // empty: none
    bool will_wait = false;  // wants to know when to look again
    bool may_gather = false; // with other polls that begin to wait, for some milliseconds
    origin by = {};
};

struct offer_answer {
    std::vector<task> tasks; // in order
    poll_id poll;            // in whose name they were offered: polls of one agent may be served as one
    // Nothing was there: how long until something of this agent comes due by itself.
    std::optional<std::chrono::microseconds> due_in;
};

struct task_report { // of a finished attempt
    tenant_id tenant;
    agent_id agent;
    task_id task;
    std::optional<int> attempt;
    outcome said = outcome::completed;
    error_category category = error_category::unknown;
    std::optional<std::string> error_message;
    std::optional<double> duration_seconds;
    std::optional<std::string> snapshot_id;
    std::optional<document> statistics;
    std::optional<std::string> log;
    origin by = {};
};

struct task_key {
    tenant_id tenant;
    agent_id agent;
    task_id task;
    std::optional<int> attempt;
    origin by = {};
};

struct task_progress {
    task_key key;
    document progress;
};

struct task_release {
    task_key key;
    std::string reason;
    std::chrono::seconds retry_after{0};
};

// The answer to a guarded change: done (or found done before), or refused.
struct task_change {
    bool repeated = false; // nothing changed, the same request was answered before
    task_state state = task_state::pending;
    int attempt = 0;
    instant at;                      // acknowledged, finished; of progress: the lease's end
    std::optional<instant> again_at; // of a failed attempt that leaves another
    std::vector<agent_id> freed_for; // agents whose tasks waited for the repository
};

// An operator's change of a task.
struct task_decision {
    task now;
    bool repeated = false; // it stood so before
    bool ran = false;      // an agent was running it
    std::vector<agent_id> freed_for = {};
};

struct task_order { // a task to be made; what is left out is taken from the policy
    agent_id agent;
    policy_id policy;
    task_type type = task_type::backup;
    std::optional<instant> scheduled_for;
    std::optional<int> max_attempts;
    std::optional<std::string> repository;
    std::optional<std::vector<std::string>> include_paths;
    std::optional<std::vector<std::string>> exclude_paths;
    std::optional<document> retention;
    std::optional<document> execution_params;
};

struct idempotency {
    std::string key;
    std::string digest; // SHA-256 of the request, 32 bytes
};

// Tasks of one request: all or none.
struct task_orders {
    std::vector<task_order> orders;
    origin by;
    std::optional<policy_id> run_of;
    std::optional<idempotency> once;
};

struct given_back {
    int count = 0;
    std::vector<agent_id> freed_for;
};

struct created_tasks {
    std::vector<task> tasks;
    bool repeated = false; // by its idempotency key; nothing was made
};

struct task_filter {
    std::optional<task_state> state;
    std::optional<task_type> type;
    std::optional<agent_id> agent;
    std::optional<policy_id> policy;
};

class task_store {
public:
    // The atomic assignment.
    virtual awaitable<result<offer_answer>> offer(offer_request request) = 0;
    // Undoes an offer whose answer was not delivered; tasks that are no longer this poll's are left alone.
    virtual awaitable<result<given_back>> give_back(tenant_id tenant, poll_id poll,
                                                    std::vector<task_id> tasks) = 0;
    // Makes this poll its session's newest. True: the agent has another session from another address now.
    // `may_gather`: as in offer_request.
    virtual awaitable<result<bool>> open_poll(tenant_id tenant, agent_id agent, std::string session,
                                              poll_id poll, std::string address, bool may_gather) = 0;

    virtual awaitable<result<task_change>> acknowledge(task_key key) = 0;
    virtual awaitable<result<task_change>> finish(task_report report) = 0;
    virtual awaitable<result<task_change>> release(task_release release) = 0;
    // Renews the lease. The state `cancelled`: the agent is to stop.
    virtual awaitable<result<task_change>> progress(task_progress progress) = 0;

    virtual awaitable<result<task_decision>> cancel(tenant_id tenant, task_id id, origin by) = 0;
    virtual awaitable<result<task_decision>> retry(tenant_id tenant, task_id id, origin by) = 0;

    virtual awaitable<result<created_tasks>> create(tenant_id tenant, task_orders wanted) = 0;
    virtual awaitable<result<task>> get(tenant_id tenant, task_id id) = 0;
    virtual awaitable<result<page<task>>> list(tenant_id tenant, task_filter filter, page_request page) = 0;
    // errc::not_found where there is no such task.
    virtual awaitable<result<surroundings>> around(tenant_id tenant, task_id id) = 0;

protected:
    ~task_store() = default;
};

// Where a piece of an attempt's log begins, and what it says.
struct log_piece {
    task_key key;
    std::int32_t offset = 0; // in bytes
    std::string text;        // empty: only asks how long the log is
};

struct log_extent { // of an attempt; 0: none has a log
    int attempt = 0;
    std::int32_t size = 0; // in bytes
};

// Logs, append-only, never read whole.
class log_store {
public:
    // The extent after it. errc::conflict where the attempt does not run, or the log is not as long as the
    // piece's offset and has no such piece there.
    virtual awaitable<result<log_extent>> append(log_piece piece) = 0;
    // Of that attempt, or of the last that has one. errc::not_found where there is no such task.
    virtual awaitable<result<log_extent>> extent(tenant_id tenant, task_id id,
                                                 std::optional<int> attempt) = 0;
    // From that byte on to the end of its piece; errc::not_found where there is none.
    virtual awaitable<result<std::string>> read(tenant_id tenant, task_id id, int attempt,
                                                std::int32_t offset) = 0;

protected:
    ~log_store() = default;
};

struct ended_lease {
    tenant_id tenant;
    task_id task;
    agent_id agent;
    task_state now = task_state::pending;
    int attempt = 0;
    bool ran = false; // it was the run lease: a failed attempt
    std::vector<agent_id> freed_for;
};

class overview_store {
public:
    virtual awaitable<result<overview>> count(tenant_id tenant) = 0;

protected:
    ~overview_store() = default;
};

class repository_store {
public:
    // Without the agents of their tasks.
    virtual awaitable<result<page<repository_use, std::int64_t>>>
    list(tenant_id tenant, repository_filter filter, page_request_by<std::int64_t> page) = 0;

protected:
    ~repository_store() = default;
};

// Of a policy of this agent another state holds now.
struct judged_freshness {
    tenant_id tenant;
    agent_id agent;
};

// What no request asks for. Safe on any number of servers at the same time.
class housekeeping_store {
public:
    // Tasks of one step whose leases ended, put back or failed; fewer than `limit` means: that was all.
    virtual awaitable<result<std::vector<ended_lease>>> end_leases(int limit) = 0;
    // Agents whose tasks came due within the last so many seconds.
    virtual awaitable<result<std::vector<agent_id>>> came_due(std::chrono::seconds within, int limit) = 0;
    virtual awaitable<result<std::int64_t>> count_pending(int at_most) = 0;
    // Agents of policies by the age of their last good backup.
    virtual awaitable<result<freshness_counts>> count_freshness(int at_most) = 0;
    // Where a freshness state changed, by time or otherwise, an event says so; and the answer.
    virtual awaitable<result<std::vector<judged_freshness>>> judge_freshness(int limit) = 0;
    // So much of each kind that is older than it is kept goes. True: there may be more.
    virtual awaitable<result<bool>> forget_old(int limit) = 0;

protected:
    ~housekeeping_store() = default;
};

// What became of events that were taken.
struct event_outcomes {
    struct delay {
        event_id id;
        int tries = 0; // as it was taken
        std::chrono::milliseconds after{0};
    };

    std::vector<event_id> done; // delivered, or given up
    std::vector<delay> again;
};

// The outbox. Safe on any number of servers at the same time: an event that was taken is this server's until
// it is settled, or the lease ends.
class event_store {
public:
    virtual awaitable<result<std::vector<tenant_id>>> tenants_with_due_events() = 0;
    // Oldest first; expired are those older than age_max.
    virtual awaitable<result<std::vector<event>>>
    take(tenant_id tenant, int limit, std::chrono::seconds lease, std::chrono::seconds age_max) = 0;
    virtual awaitable<result<void>> settle(tenant_id tenant, event_outcomes outcomes) = 0;

protected:
    ~event_store() = default;
};

struct removal { // of an agent
    std::vector<task_id> cancelled;
    std::vector<agent_id> freed_for;
};

struct registration {
    std::string hostname;
    agent_details details;
    origin by = {};
};

struct registered {
    agent who;
    bool created = false;
};

struct agent_filter {
    std::optional<bool> online;
    std::optional<bool> paused;
    std::optional<std::string> hostname; // a part of it, whatever the case
};

class agent_store {
public:
    // With `token_hash` (of an enrolled agent's own new token) a hostname that is taken is a failure.
    virtual awaitable<result<registered>> enroll(identity by, registration wanted,
                                                 std::string token_hash) = 0;
    // A known hostname is the same agent with new details.
    virtual awaitable<result<registered>> register_(identity by, registration wanted) = 0;
    // An agent by its own token. errc::forbidden where the hostname is not its own.
    virtual awaitable<result<registered>> register_again(identity by, registration wanted) = 0;
    // May a fleet token act as this agent?
    virtual awaitable<result<bool>> is_member(tenant_id tenant, token_id fleet, agent_id agent) = 0;

    virtual awaitable<result<bool>> exists(tenant_id tenant, agent_id agent) = 0;
    virtual awaitable<result<std::vector<task_id>>> beat(tenant_id tenant, heartbeat beat) = 0;
    // Of a poll: seen now.
    virtual awaitable<result<void>> touch(tenant_id tenant, agent_id agent) = 0;
    virtual awaitable<result<agent>> get(tenant_id tenant, agent_id agent) = 0;
    // Those of them that there are, in any order.
    virtual awaitable<result<std::vector<agent>>> get_all(tenant_id tenant, std::vector<agent_id> ids) = 0;
    virtual awaitable<result<page<agent>>> list(tenant_id tenant, agent_filter filter, page_request page) = 0;
    virtual awaitable<result<agent>> change(tenant_id tenant, agent_id agent, agent_change wanted,
                                            origin by) = 0;
    // Ends its tokens and assignments; its hostname is free again, its tasks stay. errc::conflict while it
    // has open tasks, unless these are to be cancelled: they are the answer.
    virtual awaitable<result<removal>> remove(tenant_id tenant, agent_id agent, bool cancel, origin by) = 0;

protected:
    ~agent_store() = default;
};

struct assigned_agent {
    agent_id id;
    std::string hostname;
    instant assigned_at;
};

class policy_store {
public:
    virtual awaitable<result<policy>> create(tenant_id tenant, policy wanted, origin by) = 0;
    // The one of that id becomes this.
    virtual awaitable<result<policy>> replace(tenant_id tenant, policy wanted, origin by) = 0;
    // errc::conflict while it is assigned. Its tasks stay.
    virtual awaitable<result<void>> remove(tenant_id tenant, policy_id id, origin by) = 0;
    virtual awaitable<result<policy>> get(tenant_id tenant, policy_id id) = 0;
    virtual awaitable<result<page<policy>>> list(tenant_id tenant, page_request page) = 0;
    // Both may be repeated; errc::not_found where there is no such policy or agent.
    virtual awaitable<result<void>> assign(tenant_id tenant, policy_id id, agent_id agent, origin by) = 0;
    virtual awaitable<result<void>> unassign(tenant_id tenant, policy_id id, agent_id agent, origin by) = 0;
    virtual awaitable<result<page<assigned_agent>>> agents_of(tenant_id tenant, policy_id id,
                                                              page_request page) = 0;
    virtual awaitable<result<std::vector<policy>>> of_agent(tenant_id tenant, agent_id agent) = 0;
    virtual awaitable<result<page<freshness, freshness_key>>>
    freshness_of(tenant_id tenant, freshness_filter filter, page_request_by<freshness_key> page) = 0;

protected:
    ~policy_store() = default;
};

// An agent of a policy whose next run is due, as it was seen.
struct due_assignment {
    policy_id policy;
    agent_id agent;
    instant settled_until;
    instant next_run_at;
    instant now; // the database's clock
    timetable when;
};

// What becomes of it: nothing when somebody has settled it, or changed its timetable, since it was seen.
struct settled_assignment {
    due_assignment seen;
    instant settled_until;
    std::optional<instant> next_run_at;
    std::vector<due_run> runs;
};

struct settled_run {
    task_id task;
    policy_id policy;
    agent_id agent;
    task_type type = task_type::backup;
    instant at;
    bool overlaps = false; // no task: one of the same kind is open, and the policy says skip
    bool made = false;
};

// Safe on any number of servers at the same time.
class schedule_store {
public:
    virtual awaitable<result<std::vector<tenant_id>>> tenants_with_due_runs() = 0;
    // How long until the next is due; nothing: none will be.
    virtual awaitable<result<std::optional<std::chrono::microseconds>>> next_due_in() = 0;
    virtual awaitable<result<std::vector<due_assignment>>> due(tenant_id tenant, int limit) = 0;
    // Tasks and next runs, all or none.
    virtual awaitable<result<std::vector<settled_run>>> settle(tenant_id tenant,
                                                               std::vector<settled_assignment> all) = 0;

protected:
    ~schedule_store() = default;
};

struct token_record {
    token_id id;
    token_kind kind = token_kind::viewer;
    std::string name;
    std::optional<agent_id> agent;
    instant created_at;
    std::optional<instant> expires_at;
    std::optional<int> max_uses;
    int uses = 0;
};

struct tenant_record {
    tenant_id id;
    std::string name;
    instant created_at;
};

struct new_tenant_record {
    tenant_id id;
    std::string name;
    token_record admin;
    std::string admin_hash; // of the admin's token
};

class token_store {
public:
    // Nothing: not known, revoked, or expired.
    virtual awaitable<result<std::optional<identity>>> find(tenant_id tenant, std::string hash) = 0;
    virtual awaitable<result<bool>> is_good(tenant_id tenant, token_id id) = 0;
    virtual awaitable<result<token_record>> create(tenant_id tenant, token_record wanted, std::string hash,
                                                   origin by) = 0;
    // All, or those of one agent.
    virtual awaitable<result<page<token_record>>> list(tenant_id tenant, std::optional<agent_id> agent,
                                                       page_request page) = 0;
    // errc::not_found where there is none that is still good.
    virtual awaitable<result<void>> revoke(tenant_id tenant, token_id id, origin by) = 0;
    virtual awaitable<result<void>> create_tenant(new_tenant_record wanted, tenant_id maker, origin by) = 0;
    // All there are, whoever asks: for the root token.
    virtual awaitable<result<page<tenant_record>>> list_tenants(page_request page) = 0;

protected:
    ~token_store() = default;
};

class audit_store {
public:
    virtual awaitable<result<page<audit_entry>>> list(tenant_id tenant, audit_filter filter,
                                                      page_request page) = 0;

protected:
    ~audit_store() = default;
};

} // namespace holdfast
