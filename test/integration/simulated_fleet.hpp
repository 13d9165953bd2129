// A simulated fleet: two servers on one database, whose clock is set from one interesting moment to the next,
// and agents that work for them as a plan of outages and orders allows. What happens is recorded, not judged.
#pragma once

#include "db/agent_store.hpp"
#include "db/housekeeping_store.hpp"
#include "db/policy_store.hpp"
#include "db/schedule_store.hpp"
#include "db/task_store.hpp"
#include "domain/change_feed.hpp"
#include "domain/scheduler.hpp"
#include "test/support/database_clock.hpp"
#include "test/support/fleet_judge.hpp"
#include "test/support/fleet_plan.hpp"

#include <deque>
#include <functional>
#include <set>
#include <string>

namespace holdfast::test {

// The wake-ups of one server; they reach all.
class fleet_bell final : public wakeups {
public:
    std::function<void(std::span<const agent_id>)> rings;

    void ring(std::span<const agent_id> agents) override { rings(agents); }

    void supersede(agent_id, const std::string&, poll_id) override {}

    void cancelled(agent_id, task_id) override {}

    void revoked(token_id) override {}

    void deleted(agent_id) override {}

    void watched(tenant_id) override {}

    void changed(tenant_id, change_digest) override {}
};

struct fleet_server {
    bool up = true;
    metrics counts;
    fleet_bell bell;
    pg::pool pool;
    db::pg_task_store tasks;
    db::pg_agent_store agents;
    db::pg_policy_store policies{pool};
    db::pg_schedule_store runs{pool};
    db::pg_housekeeping_store housekeeping;
    change_feed notes;
    scheduler schedules{runs, bell, notes, counts};

    fleet_server(executor where, const std::string& conninfo);
    ~fleet_server();
    fleet_server(const fleet_server&) = delete;
    fleet_server& operator=(const fleet_server&) = delete;
};

class simulated_fleet {
public:
    simulated_fleet(executor where, const scratch_database& scratch, unsigned long seed,
                    const fleet_size& size);

    ~simulated_fleet() { clock_pool_.close(); }

    simulated_fleet(const simulated_fleet&) = delete;
    simulated_fleet& operator=(const simulated_fleet&) = delete;

    // The time of the plan, and then until nothing is open or a month has passed. Throws what can't be.
    awaitable<bool> go();

    [[nodiscard]] const fleet_record& record() const { return record_; }

    [[nodiscard]] const std::deque<fleet_server>& servers() const { return servers_; }

    [[nodiscard]] std::string summary() const;

private:
    // A task that an agent works on.
    struct job {
        task_id task;
        int attempt = 0;
        instant done_at;
        instant renew_at;
        bool gone = false;
    };

    struct member {
        agent_id id;
        dice luck; // its own, so that it does not matter who is served first
        bool up = true;
        instant look_at; // when it polls next
        std::vector<job> jobs;

        [[nodiscard]] instant next() const;
    };

    struct happenings {
        int instants = 0;
        int nobody_up = 0; // of them
        int attempts = 0;
        int completed = 0;
        int failed = 0;
        int leases_ended = 0;
        int handed_back = 0;
        int offers_dropped = 0;
        int too_late = 0; // reports of attempts whose lease had ended
        int died_at_work = 0;
    };

    // Time.
    awaitable<void> set_clock(instant to);
    awaitable<void> one_instant();
    [[nodiscard]] instant next_event() const;

    // Servers and operators.
    void add_agents(const scratch_database& scratch);
    awaitable<void> make_policies();
    awaitable<void> end_all_assignments();
    awaitable<void> assign(std::size_t agent, std::size_t policy);
    awaitable<void> unassign(std::size_t agent, std::size_t policy);
    awaitable<void> enable(std::size_t policy, bool enabled);
    awaitable<void> pause(std::size_t agent, std::optional<instant> until);
    awaitable<void> resume(std::size_t agent);
    void outages_begin_and_end();
    awaitable<void> operators_act();
    awaitable<void> act(order what);
    awaitable<void> servers_look();
    awaitable<void> look(fleet_server& at);
    [[nodiscard]] bool is_any_up() const;
    fleet_server& any_up();
    awaitable<bool> any_open();
    awaitable<void> read_tasks();

    // Agents.
    void ring(std::span<const agent_id> who);
    void everyone_looks();
    awaitable<void> agents_act();
    awaitable<void> turn(member& who, fleet_server& at);
    awaitable<void> poll(member& who, fleet_server& at);
    awaitable<void> poll_all(member& who);
    awaitable<void> take(member& who, fleet_server& at, const task& what);
    awaitable<void> hand_back(member& who, fleet_server& at, const task& what);
    awaitable<void> renew(member& who, job& which, fleet_server& at);
    awaitable<void> report(member& who, job& which, fleet_server& at);

    executor where_;
    dice dice_;
    fleet_plan plan_;
    database_clock clock_;
    pg::pool clock_pool_;
    instant now_;
    std::deque<fleet_server> servers_;
    std::vector<member> members_;
    std::map<agent_id, std::size_t> numbers_;
    std::set<instant> leases_end_; // of agents that went away
    instant runs_due_;
    instant everyone_at_;
    fleet_record record_;
    happenings happened_;
};

} // namespace holdfast::test
