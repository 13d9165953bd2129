// The agents of the simulated fleet at work.
#include "test/integration/simulated_fleet.hpp"
#include "test/integration/simulated_fleet_times.hpp"

#include <algorithm>

namespace holdfast::test {
namespace {

using namespace std::chrono_literals;

constexpr auto renew_after = fleet_times.run_lease / 2;

} // namespace

instant simulated_fleet::member::next() const {
    if (!up) return end_of_time;
    instant at = look_at;
    for (const job& each : jobs) at = std::min({at, each.done_at, each.renew_at});
    return at;
}

void simulated_fleet::ring(std::span<const agent_id> who) {
    for (const agent_id each : who) {
        member& rung = members_.at(numbers_.at(each));
        rung.look_at = std::min(rung.look_at, now_);
    }
}

awaitable<void> simulated_fleet::agents_act() {
    together side_by_side(where_);
    for (member& each : members_) {
        if (each.next() > now_) continue;
        auto work = turn(each, any_up());
        side_by_side.add(std::move(work));
    }
    co_await side_by_side.wait();
}

awaitable<void> simulated_fleet::turn(member& who, fleet_server& at) {
    for (job& each : who.jobs) {
        if (each.done_at <= now_)
            co_await report(who, each, at);
        else if (each.renew_at <= now_)
            co_await renew(who, each, at);
    }
    std::erase_if(who.jobs, [](const job& each) { return each.gone; });
    if (who.look_at > now_) co_return;
    if (who.luck.chance(5))
        co_await poll_all(who);
    else
        co_await poll(who, at);
}

// A poll that was given up goes on at its server, while the agent asks another.
awaitable<void> simulated_fleet::poll_all(member& who) {
    together side_by_side(where_);
    for (fleet_server& each : servers_) {
        if (!each.up) continue;
        auto work = poll(who, each);
        side_by_side.add(std::move(work));
    }
    co_await side_by_side.wait();
}

awaitable<void> simulated_fleet::poll(member& who, fleet_server& at) {
    who.look_at = end_of_time; // who rings from here on is not missed
    offer_request asks;
    asks.tenant = fleet_tenant;
    asks.agent = who.id;
    asks.poll = poll_id::make();
    asks.limit = 1 + who.luck.below(3);
    asks.will_wait = true;
    auto answer = co_await at.tasks.offer(asks);
    const offer_answer got = sure(std::move(answer));
    if (!got.tasks.empty()) who.look_at = now_; // for more
    if (got.due_in) who.look_at = std::min(who.look_at, now_ + *got.due_in);
    for (const task& each : got.tasks) {
        ++happened_.attempts;
        record_.given(
            {each.id, each.attempt, each.policy, each.agent, each.type, each.what.repository, {now_}});
        co_await take(who, at, each);
    }
}

awaitable<void> simulated_fleet::take(member& who, fleet_server& at, const task& what) {
    if (who.luck.chance(1)) { // the answer was lost, and the agent does not know
        ++happened_.offers_dropped;
        leases_end_.insert(now_ + fleet_times.offer_lease + 1s);
        co_return;
    }
    if (who.luck.chance(1)) {
        co_await hand_back(who, at, what);
        co_return;
    }
    task_key key{fleet_tenant, who.id, what.id, what.attempt};
    auto answer = co_await at.tasks.acknowledge(std::move(key));
    (void)sure(std::move(answer));
    const bool is_long = what.type == task_type::backup && who.luck.chance(4);
    const auto takes = what.type != task_type::backup ? who.luck.up_to(15min)
                       : is_long                      ? who.luck.up_to(8h)
                                                      : who.luck.up_to(50min);
    who.jobs.push_back({what.id, what.attempt, now_ + takes, now_ + renew_after});
}

awaitable<void> simulated_fleet::hand_back(member& who, fleet_server& at, const task& what) {
    task_release release;
    release.key = {fleet_tenant, who.id, what.id, what.attempt};
    release.reason = "not now";
    release.retry_after = who.luck.up_to(1h);
    auto answer = co_await at.tasks.release(std::move(release));
    const task_change changed = sure(std::move(answer));
    ++happened_.handed_back;
    record_.over(what.id, what.attempt, now_, true);
    ring(changed.freed_for);
}

awaitable<void> simulated_fleet::renew(member& who, job& which, fleet_server& at) {
    task_progress still;
    still.key = {fleet_tenant, who.id, which.task, which.attempt};
    still.progress.text = "{}";
    auto answer = co_await at.tasks.progress(std::move(still));
    which.gone = !answer; // the lease had ended while no server could be reached
    which.renew_at = now_ + renew_after;
    if (which.gone) ++happened_.too_late;
}

awaitable<void> simulated_fleet::report(member& who, job& which, fleet_server& at) {
    task_report done;
    done.tenant = fleet_tenant;
    done.agent = who.id;
    done.task = which.task;
    done.attempt = which.attempt;
    const bool well = !who.luck.chance(6);
    done.said = well ? outcome::completed : outcome::failed;
    done.category = who.luck.chance(30) ? error_category::permission : error_category::network;
    auto answer = co_await at.tasks.finish(std::move(done));
    which.gone = true;
    who.look_at = now_;
    if (!answer) {
        const errc why = answer.error().code();
        if (why != errc::lease_lost && why != errc::conflict) (void)sure(std::move(answer));
        ++happened_.too_late;
        co_return;
    }
    ++(well ? happened_.completed : happened_.failed);
    record_.over(which.task, which.attempt, now_);
    ring(answer->freed_for);
}

} // namespace holdfast::test
