// What is to happen to a simulated fleet: its policies and agents, who goes away when, and what operators do.
#pragma once

#include "domain/agent.hpp"
#include "domain/policy.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <random>
#include <vector>

namespace holdfast::test {

class dice {
public:
    explicit dice(std::uint64_t seed) : random_(seed) {}

    int below(int n) { return std::uniform_int_distribution<int>(0, n - 1)(random_); }

    bool chance(int percent) { return below(100) < percent; }

    // At least a second.
    std::chrono::seconds up_to(std::chrono::seconds most) {
        return std::chrono::seconds{1 + below(static_cast<int>(most.count()))};
    }

    // For another one.
    std::uint64_t seed() { return random_(); }

private:
    std::mt19937_64 random_;
};

struct fleet_size {
    int agents = 500;
    int policies = 40;
    int days = 30;
};

inline constexpr std::size_t fleet_servers = 2;

struct outage {
    enum class kind : std::uint8_t {
        server_down,
        server_up,
        agent_off,  // it goes on with what it does
        agent_dies, // what it was doing is gone
        agent_up
    } what = kind::server_up;
    std::size_t who = 0;
};

struct order { // an operator's
    enum class kind : std::uint8_t {
        pause, // without an end
        pause_until,
        resume,
        disable,
        enable,
        unassign,
        assign
    } what = kind::pause;
    std::size_t agent = 0;
    std::size_t policy = 0;
    instant until{}; // of a pause
};

struct fleet_member {
    agent_id id;
    agent_limits limits;
    std::vector<std::size_t> policies;
};

// At `end` everything is as it should be: all are up, enabled and not paused.
struct fleet_plan {
    instant begin;
    instant end;
    std::vector<policy> policies;
    std::vector<fleet_member> agents;
    std::multimap<instant, outage> outages;
    std::multimap<instant, order> orders;
};

// Around 2026-04-01, so that ten days see the clocks of Jerusalem and Berlin go forward and that of Sydney
// back.
[[nodiscard]] fleet_plan make_fleet_plan(dice& luck, const fleet_size& size);

} // namespace holdfast::test
