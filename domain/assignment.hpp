// The long poll: register, look, wait, look again; until there is a task, the time is over, or nobody waits.
#pragma once

#include "domain/changes.hpp"
#include "domain/metrics.hpp"
#include "domain/peer.hpp"
#include "domain/stores.hpp"
#include "domain/timing.hpp"
#include "domain/token_service.hpp"
#include "domain/waiting_room.hpp"
#include "domain/wakeups.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast {

struct poll_request {
    identity by; // allowed to act as the agent
    agent_id agent;
    int limit = 10;
    task_types types;
    std::chrono::seconds wait{0};
    std::chrono::seconds lookahead{0};
    std::string_view session; // empty: none
    std::string address;      // the caller's, for the duplicate identity warning
    log::request_ref asked;   // as the session, of what outlives the poll
};

struct poll_answer {
    poll_id poll;
    std::vector<task> tasks;
    std::vector<task_id> cancelled; // the agent is to stop these; both empty: 204

    [[nodiscard]] bool empty() const { return tasks.empty() && cancelled.empty(); }
};

class assignment {
public:
    assignment(task_store& tasks, token_service& tokens, waiting_room& room, wakeups& bell,
               change_notes& notes, metrics& counts)
        : tasks_(tasks), tokens_(tokens), room_(room), bell_(bell), notes_(notes), counts_(counts) {}

    // Request and caller outlive it. errc::gone_away when the caller hung up: nothing is assigned to it.
    // errc::unauthorized or errc::not_found when meanwhile its token ended, or the agent was deleted.
    [[nodiscard]] awaitable<result<poll_answer>> poll(const poll_request& request, peer& caller);

    // The answer could not be written: its tasks are handed out again at once. Returns at once.
    void undelivered(executor ex, tenant_id tenant, agent_id agent, poll_id poll, std::vector<task_id> tasks,
                     origin by);

private:
    using ticket = waiting_room::ticket;

    awaitable<result<void>> open(const poll_request& request, poll_id poll);
    awaitable<result<void>> confirm(const poll_request& request, ticket& place);
    awaitable<result<offer_answer>> look(const poll_request& request, ticket& place, poll_id poll,
                                         bool will_wait, bool may_gather);
    awaitable<result<poll_answer>> hand_over(const poll_request& request, peer& caller, ticket& place,
                                             offer_answer offered);
    awaitable<result<poll_answer>> serve(const poll_request& request, peer& caller, ticket& place,
                                         poll_id poll);
    awaitable<void> give_back(tenant_id tenant, agent_id agent, poll_id poll, std::vector<task_id> tasks,
                              origin by);

    task_store& tasks_;
    token_service& tokens_;
    waiting_room& room_;
    wakeups& bell_;
    change_notes& notes_;
    metrics& counts_;
};

} // namespace holdfast
