#include "test/support/fleet_plan.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

namespace holdfast::test {
namespace {

using namespace std::chrono_literals;

constexpr std::array zones{"Europe/Berlin", "Australia/Sydney", "Asia/Jerusalem", "America/New_York",
                           "Asia/Kolkata"};

// Some lie in the hours that the clocks leave out or have twice.
constexpr std::array backup_schedules{"30 2 * * *", "@daily",      "15 3 * * 1-5", "every 1d",
                                      "5 1 * * *",  "every 12h",   "0 2,14 * * *", "45 2 * * *",
                                      "every 18h",  "40 1 * * 0-4"};
constexpr std::array check_schedules{"0 5 * * 0", "30 2 * * 6", "every 5d"};
constexpr std::array prune_schedules{"30 6 1,15,29 * *", "0 3 * * 0", "every 1w"};
constexpr const char* hourly = "20 * * * *"; // of one policy with few agents

class planner {
public:
    planner(dice& luck, const fleet_size& size) : luck_(luck), size_(size) {
        plan_.begin = std::chrono::sys_days{std::chrono::year{2026} / 4 / 1} - size.days * 12h;
        plan_.end = plan_.begin + size.days * 24h;
    }

    fleet_plan make() {
        for (int i = 0; i < size_.policies; ++i) plan_.policies.push_back(make_policy(i));
        for (int i = 0; i < size_.agents; ++i) plan_.agents.push_back(make_agent(i));
        for (std::size_t i = 0; i < plan_.agents.size(); ++i) agent_goes_away(i);
        for (std::size_t i = 0; i < fleet_servers; ++i) server_goes_down(i);
        for (std::size_t i = 0; i < plan_.agents.size(); i += 9) operators_pause(i);
        for (std::size_t i = 3; i < plan_.policies.size(); i += 6) operators_disable(i);
        for (std::size_t i = 4; i < plan_.agents.size(); i += 20) operators_unassign(i);
        return std::move(plan_);
    }

private:
    int below(int n) { return luck_.below(n); }

    // The same whenever the seed is: an agent's place in the spread comes from it.
    template <class Id> Id make_id() {
        Id out;
        for (std::uint8_t& byte : out.value) byte = static_cast<std::uint8_t>(below(256));
        return out;
    }

    template <class Array> auto any_of(const Array& from) {
        return from.at(static_cast<std::size_t>(below(static_cast<int>(from.size()))));
    }

    std::chrono::seconds between(std::chrono::seconds least, std::chrono::seconds most) {
        return least + std::chrono::seconds{below(static_cast<int>((most - least).count()) + 1)};
    }

    policy make_policy(int i) {
        policy out;
        out.id = make_id<policy_id>();
        out.name = "policy " + std::to_string(i);
        out.when.timezone = zones.at(static_cast<std::size_t>(i) % zones.size());
        out.when.schedule = i == 0 ? hourly : any_of(backup_schedules);
        if (i % 3 == 0) out.when.check_schedule = any_of(check_schedules);
        if (i % 4 == 1) out.when.prune_schedule = any_of(prune_schedules);
        out.when.spread_seconds = any_of(std::array{0, 0, 600, 3600});
        out.when.on_missed = below(3) == 0 ? "skip" : "once";
        out.when.min_gap_seconds = any_of(std::array{0, 0, 7200, 6 * 3600});
        out.overlap = below(3) == 0 ? "queue" : "skip";
        out.what.repository = "/repository/" + std::to_string(i * 2 / 3); // some have two policies
        out.what.include_paths = {"/etc"};
        return out;
    }

    fleet_member make_agent(int i) {
        fleet_member out;
        out.id = make_id<agent_id>();
        out.policies.push_back(static_cast<std::size_t>(1 + i % (size_.policies - 1)));
        if (i < 5) out.policies.push_back(0);
        if (below(4) == 0) out.policies.push_back(static_cast<std::size_t>(1 + below(size_.policies - 1)));
        std::sort(out.policies.begin(), out.policies.end());
        out.policies.erase(std::unique(out.policies.begin(), out.policies.end()), out.policies.end());
        if (i % 4 == 0) out.limits.tasks = 1 + below(2);
        if (i % 5 == 0) out.limits.backups = 1;
        if (i % 6 == 0) out.limits.checks = out.limits.prunes = 1;
        return out;
    }

    void agent_goes_away(std::size_t who) {
        using enum outage::kind;
        if (below(3) == 0) return; // one that never does
        for (instant at = plan_.begin + between(1h, 200h); at < plan_.end; at += between(24h, 300h)) {
            const instant back =
                std::min(plan_.end, at + (below(4) == 0 ? between(12h, 80h) : between(5min, 6h)));
            plan_.outages.emplace(at, outage{below(2) == 0 ? agent_dies : agent_off, who});
            plan_.outages.emplace(back, outage{agent_up, who});
            at = back;
        }
    }

    // So often that both are down for a good part of the time.
    void server_goes_down(std::size_t who) {
        using enum outage::kind;
        for (instant at = plan_.begin + between(1h, 30h); at < plan_.end; at += between(4h, 40h)) {
            const instant back =
                std::min(plan_.end, at + (below(3) == 0 ? between(12h, 48h) : between(1min, 6h)));
            plan_.outages.emplace(at, outage{server_down, who});
            plan_.outages.emplace(back, outage{server_up, who});
            at = back;
        }
    }

    // A time, and one up to so many hours later, both before the end.
    std::pair<instant, instant> some_time(std::chrono::hours longest) {
        const auto whole = std::chrono::duration_cast<std::chrono::seconds>(plan_.end - plan_.begin);
        const instant from = plan_.begin + between(1h, whole - 1h);
        return {from, std::min(plan_.end, from + between(1h, longest))};
    }

    void operators_pause(std::size_t agent) {
        using enum order::kind;
        const auto [from, to] = some_time(100h);
        if (below(2) == 0) {
            plan_.orders.emplace(from, order{pause_until, agent, 0, to});
        } else {
            plan_.orders.emplace(from, order{pause, agent});
            plan_.orders.emplace(to, order{resume, agent});
        }
    }

    void operators_disable(std::size_t policy) {
        const auto [from, to] = some_time(120h);
        plan_.orders.emplace(from, order{order::kind::disable, 0, policy});
        plan_.orders.emplace(to, order{order::kind::enable, 0, policy});
    }

    void operators_unassign(std::size_t agent) {
        const auto [from, to] = some_time(100h);
        const std::size_t policy = plan_.agents.at(agent).policies.front();
        plan_.orders.emplace(from, order{order::kind::unassign, agent, policy});
        plan_.orders.emplace(to, order{order::kind::assign, agent, policy});
    }

    dice& luck_;
    fleet_size size_;
    fleet_plan plan_;
};

} // namespace

fleet_plan make_fleet_plan(dice& luck, const fleet_size& size) {
    return planner(luck, size).make();
}

} // namespace holdfast::test
