// A fleet through weeks of schedules, changes of the clock, outages and operators' orders, judged afterwards.
#include "domain/time_zone.hpp"
#include "test/integration/simulated_fleet.hpp"
#include "test/support/schema.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <iostream>
#include <random>
#include <set>

using namespace holdfast;

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr unsigned long default_agents = 200;
constexpr unsigned long default_days = 14;
#else
constexpr unsigned long default_agents = 500;
constexpr unsigned long default_days = 30;
#endif

constexpr std::size_t words_max = 20;

unsigned long number_from_environment(const char* name, unsigned long otherwise) {
    const char* set = std::getenv(name);
    return set == nullptr ? otherwise : std::strtoul(set, nullptr, 10);
}

// Whose clocks change in that time.
std::size_t changing_zones(const test::fleet_record& of, std::chrono::days within) {
    std::set<std::string> found;
    for (const auto& [id, policy] : of.policies) {
        const auto change = find_zone(policy.when.timezone).value().next_change(of.begin);
        if (change && *change < of.begin + within) found.insert(policy.when.timezone);
    }
    return found.size();
}

} // namespace

BOOST_AUTO_TEST_SUITE(fleet_simulation)

// HOLDFAST_TEST_SEED repeats a plan, and what happens but for who of several at the same time comes first;
// HOLDFAST_TEST_AGENTS and HOLDFAST_TEST_DAYS make it larger or smaller.
BOOST_AUTO_TEST_CASE(every_run_has_its_task_or_its_excuse) {
    const unsigned long seed = number_from_environment("HOLDFAST_TEST_SEED", std::random_device{}());
    test::fleet_size size;
    size.agents = static_cast<int>(number_from_environment("HOLDFAST_TEST_AGENTS", default_agents));
    size.days = static_cast<int>(number_from_environment("HOLDFAST_TEST_DAYS", default_days));
    std::cout << "HOLDFAST_TEST_SEED=" << seed << " HOLDFAST_TEST_AGENTS=" << size.agents
              << " HOLDFAST_TEST_DAYS=" << size.days << std::endl;
    const test::scratch_database scratch;
    scratch.execute("ALTER DATABASE " + scratch.name() +
                    " SET synchronous_commit = off"); // nothing crashes here
    asio::io_context context{1};
    test::migrate(scratch);
    test::simulated_fleet fleet(context.get_executor(), scratch, seed, size);
    BOOST_TEST(test::answer_of(context, fleet.go()), "tasks are open in the end");
    std::cout << fleet.summary() << std::endl;
    const test::fleet_verdict verdict = test::judge(fleet.record());
    std::cout << verdict.summary() << std::endl;
    BOOST_TEST(verdict.wrong.size() == 0U);
    for (std::size_t i = 0; i < std::min(words_max, verdict.wrong.size()); ++i) BOOST_ERROR(verdict.wrong[i]);
    BOOST_TEST(verdict.made > 0);
    BOOST_TEST((size.days < 10 || changing_zones(fleet.record(), std::chrono::days{size.days}) >= 2));
    for (const test::fleet_server& each : fleet.servers()) BOOST_TEST(each.counts.tasks_planned.value() > 0U);
}

BOOST_AUTO_TEST_SUITE_END()
