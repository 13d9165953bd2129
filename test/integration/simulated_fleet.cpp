#include "test/integration/simulated_fleet.hpp"

#include "test/integration/simulated_fleet_times.hpp"
#include "test/support/schema.hpp"

#include <algorithm>

namespace holdfast::test {
namespace {

// Servers and agents are a little late: what lies within this span happens at one time. Less than in_time.
constexpr std::chrono::seconds soonest{60};
constexpr std::chrono::seconds latest{270};
constexpr std::chrono::hours everyone_looks_after{4};
constexpr std::chrono::days drain_max{30};

constexpr int leases_in_one_step = 50;
constexpr int runs_in_one_step = 20;

} // namespace

fleet_server::fleet_server(executor where, const std::string& conninfo)
    : pool(where, pool_for(conninfo)),
      tasks(where, pool, fleet_times),
      agents(where, pool, fleet_times),
      housekeeping(pool, fleet_times),
      notes(where, bell, counts) {
    pool.start();
}

fleet_server::~fleet_server() {
    agents.close();
    tasks.close();
    pool.close();
}

simulated_fleet::simulated_fleet(executor where, const scratch_database& scratch, unsigned long seed,
                                 const fleet_size& size)
    : where_(where),
      dice_(seed),
      plan_(make_fleet_plan(dice_, size)),
      clock_(scratch, plan_.begin),
      clock_pool_(where, pool_for(scratch.conninfo(), 1)),
      now_(plan_.begin),
      runs_due_(plan_.begin),
      everyone_at_(plan_.begin) {
    clock_pool_.start();
    for (std::size_t i = 0; i < fleet_servers; ++i) {
        servers_.emplace_back(where, clock_.conninfo());
        servers_.back().bell.rings = [this](std::span<const agent_id> who) { ring(who); };
    }
    add_agents(scratch);
    record_.begin = plan_.begin;
}

awaitable<bool> simulated_fleet::go() {
    co_await make_policies();
    while (now_ < plan_.end || !plan_.outages.empty() || !plan_.orders.empty()) co_await one_instant();
    co_await end_all_assignments();
    bool open = true;
    while (open && now_ < plan_.end + drain_max) {
        const instant until = now_ + everyone_looks_after;
        while (now_ < until) co_await one_instant();
        open = co_await any_open();
    }
    co_await read_tasks();
    co_return !open;
}

awaitable<void> simulated_fleet::set_clock(instant to) {
    static constexpr pg::statement set{"set_clock", "UPDATE sim.clock SET at = $1::timestamptz"};
    now_ = to;
    auto done = co_await clock_pool_.exec(set, pg::bind(to));
    (void)sure(std::move(done));
}

// Time goes on a little between those who act, so that their order is known.
awaitable<void> simulated_fleet::one_instant() {
    ++happened_.instants;
    const instant earliest = std::max(next_event(), now_);
    co_await set_clock(earliest + soonest + dice_.up_to(latest - soonest));
    outages_begin_and_end();
    if (!is_any_up()) {
        ++happened_.nobody_up;
        co_return;
    }
    if (everyone_at_ <= now_) everyone_looks();
    co_await operators_act();
    co_await servers_look();
    co_await set_clock(now_ + std::chrono::seconds{1});
    co_await agents_act();
}

// Without a server nothing happens but that one comes back.
instant simulated_fleet::next_event() const {
    const instant outage = plan_.outages.empty() ? end_of_time : plan_.outages.begin()->first;
    if (!is_any_up()) return outage;
    instant next = std::min({outage, runs_due_, everyone_at_});
    if (!plan_.orders.empty()) next = std::min(next, plan_.orders.begin()->first);
    if (!leases_end_.empty()) next = std::min(next, *leases_end_.begin());
    for (const member& each : members_) next = std::min(next, each.next());
    return next;
}

void simulated_fleet::everyone_looks() {
    everyone_at_ = now_ + everyone_looks_after;
    for (member& each : members_) each.look_at = now_;
}

bool simulated_fleet::is_any_up() const {
    return std::any_of(servers_.begin(), servers_.end(), [](const fleet_server& each) { return each.up; });
}

fleet_server& simulated_fleet::any_up() {
    auto& one = servers_.at(static_cast<std::size_t>(dice_.below(static_cast<int>(servers_.size()))));
    if (one.up) return one;
    return *std::find_if(servers_.begin(), servers_.end(), [](const fleet_server& each) { return each.up; });
}

awaitable<void> simulated_fleet::servers_look() {
    std::erase_if(leases_end_, [this](instant each) { return each <= now_; });
    runs_due_ = end_of_time;
    together side_by_side(where_);
    for (fleet_server& each : servers_) {
        if (!each.up) continue;
        auto work = look(each);
        side_by_side.add(std::move(work));
    }
    co_await side_by_side.wait();
    record_.looks.push_back(now_);
}

awaitable<void> simulated_fleet::look(fleet_server& at) {
    for (bool more = true; more;) {
        auto answer = co_await at.housekeeping.end_leases(leases_in_one_step);
        const auto ended = sure(std::move(answer));
        more = ended.size() == leases_in_one_step;
        for (const ended_lease& each : ended) {
            ++happened_.leases_ended;
            record_.over(each.task, each.attempt, now_);
            ring({&each.agent, 1});
            ring(each.freed_for);
        }
    }
    // A long backlog is left for the next turn, which a server has at once.
    for (bool more = true; more;) {
        auto made = co_await at.schedules.make_due_tasks(runs_in_one_step);
        const auto next = sure(std::move(made));
        more = next && next->count() <= 0;
        if (next && !more) runs_due_ = std::min(runs_due_, now_ + *next);
    }
}

awaitable<bool> simulated_fleet::any_open() {
    static constexpr pg::statement count{
        "any_open", "SELECT count(*) FROM tasks WHERE status IN ('pending', 'assigned', 'in-progress')"};
    auto rows = co_await clock_pool_.exec(count);
    const auto found = sure(std::move(rows));
    co_return found.front().get<std::int64_t>(0) > 0;
}

awaitable<void> simulated_fleet::read_tasks() {
    static constexpr pg::statement all{"all_tasks",
                                       "SELECT task_id, policy_id, agent_id, task_type, scheduled_for, "
                                       "created_at, completed_at, status FROM tasks"};
    auto answer = co_await clock_pool_.exec(all);
    const auto rows = sure(std::move(answer));
    for (const pg::row row : rows)
        record_.tasks.push_back({row.get<task_id>(0), row.get<policy_id>(1), row.get<agent_id>(2),
                                 task_type_from(row.get<std::string_view>(3)).value(), row.get<instant>(4),
                                 row.get<instant>(5), row.get<std::optional<instant>>(6),
                                 task_state_from(row.get<std::string_view>(7)).value()});
}

std::string simulated_fleet::summary() const {
    const auto say = [](int count, const char* what) { return std::to_string(count) + " " + what; };
    return say(happened_.instants, "instants, ") + say(happened_.nobody_up, "without a server; ") +
           say(happened_.attempts, "attempts: ") + say(happened_.completed, "completed, ") +
           say(happened_.failed, "failed, ") + say(happened_.leases_ended, "leases ended, ") +
           say(happened_.handed_back, "handed back, ") + say(happened_.offers_dropped, "not acknowledged, ") +
           say(happened_.too_late, "reported too late, ") +
           say(happened_.died_at_work, "agents died at work");
}

} // namespace holdfast::test
