// The time of day jumps, under servers and under PostgreSQL. Leases and schedules are by PostgreSQL's.
#include "test/faults/load.hpp"
#include "test/support/stepped_clock.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <optional>

using holdfast::test::answer;
using holdfast::test::felt;
using holdfast::test::fleet;
using holdfast::test::load;
using holdfast::test::own_postgres;
using holdfast::test::server_process;
using holdfast::test::stepped_clock;
using std::chrono::hours;

namespace {

// Milliseconds since 1970 by the clock of the server that made the id, a UUID of version 7.
std::int64_t made_at(const std::string& id) {
    return std::stoll(id.substr(0, 8) + id.substr(9, 4), nullptr, 16);
}

std::int64_t now_ms() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

// How far the servers' clock is off, in whole hours.
std::int64_t hours_off(fleet& f) {
    return std::lround(static_cast<double>(made_at(f.make_task(f.agent)) - now_ms()) / 3'600'000);
}

std::string news(const fleet& f, const std::string& task, const std::string& what) {
    return f.poll_target(f.agent, "/" + task + "/" + what);
}

unsigned acknowledge(fleet& f, const std::string& task, int attempt) {
    return f.root.post(news(f, task, "ack"), "{\"attempt\":" + std::to_string(attempt) + "}").status;
}

unsigned complete(fleet& f, const std::string& task, int attempt) {
    return f.root
        .post(news(f, task, "result"),
              "{\"attempt\":" + std::to_string(attempt) + R"(,"status":"completed","snapshotId":"s"})")
        .status;
}

// The attempt in the answer to a poll that has one task.
std::int64_t attempt_of(const answer& poll) {
    BOOST_TEST_REQUIRE(poll.status == 200U);
    BOOST_TEST_REQUIRE(poll.number("count") == 1);
    return poll.body.at("tasks").at(0).at("attempt").as_int64();
}

// A PostgreSQL whose time of day is stepped, under servers whose own is right. One for all cases: to make one
// takes its time.
class stepped_database {
public:
    static stepped_database& right() {
        static stepped_database only;
        only.step_to(0);
        return only;
    }

    void step_to(int off) { clock_.step_to(hours(off)); }

    [[nodiscard]] const std::string& dsn() const { return postgres_->dsn(); }

private:
    stepped_database() {
        const stepped_clock::given to_postgres(clock_);
        postgres_.emplace();
    }

    stepped_clock clock_;
    std::optional<own_postgres> postgres_;
};

} // namespace

BOOST_AUTO_TEST_SUITE(clock_steps)

BOOST_AUTO_TEST_CASE(of_servers_are_felt_by_nobody) {
    stepped_clock clock;
    const stepped_clock::given to_servers(clock);
    fleet f(load::server_arguments);
    const server_process second(f.home, load::server_arguments);
    load agents(f, {&f.server, &second}, {.tasks = 300});
    constexpr int parked = 4;
    for (int i = 0; i < parked; ++i) agents.park(i % 2, i < 2);
    agents.run([&] {
        double share = 0.1;
        for (const int to : {1, -1, 24, -24, 0}) {
            agents.wait_for_share(share);
            clock.step_to(hours(to));
            share += 0.15;
        }
        agents.wake_parked();
    });
    BOOST_TEST(agents.woken() == parked);
    agents.judge(felt::no);
    clock.step_to(hours(24));
    BOOST_TEST(hours_off(f) == 24); // they do have this clock; ids follow it forwards alone
}

BOOST_AUTO_TEST_CASE(of_the_database_lose_nothing) {
    stepped_database& s = stepped_database::right();
    fleet f(load::server_arguments, s.dsn());
    const server_process second(f.home, load::server_arguments);
    load agents(f, {&f.server, &second}, {.tasks = 300, .wait = std::chrono::seconds(1)});
    agents.run([&] {
        agents.wait_for_share(0.2);
        s.step_to(1); // all leases end
        agents.wait_for_share(0.4);
        s.step_to(0); // those of agents that die from now on do not
        agents.wait_for_share(0.6);
        s.step_to(24);
    });
    agents.judge(felt::perhaps);
}

BOOST_AUTO_TEST_CASE(of_the_database_end_leases_early_or_late) {
    stepped_database& s = stepped_database::right();
    fleet f({}, s.dsn()); // leases of a minute, and of ten
    const std::string early = f.make_task(f.agent);
    BOOST_TEST(attempt_of(f.root.get(f.poll_target(f.agent, "?session=one"))) == 1);
    s.step_to(1);
    BOOST_TEST(attempt_of(f.root.get(f.poll_target(f.agent, "?session=other&wait=60"))) == 2);
    BOOST_TEST(acknowledge(f, early, 1) == 409U);
    BOOST_TEST(acknowledge(f, early, 2) == 200U);
    BOOST_TEST(complete(f, early, 2) == 200U);

    const std::string late = f.make_task(f.agent);
    BOOST_TEST(attempt_of(f.root.get(f.poll_target(f.agent, "?session=one"))) == 1);
    s.step_to(-24);
    BOOST_TEST(f.root.get(f.poll_target(f.agent, "?session=other")).status == 204U);
    BOOST_TEST(acknowledge(f, late, 1) == 200U);
    BOOST_TEST(complete(f, late, 1) == 200U);
    BOOST_TEST(f.home.database().ask("SELECT string_agg(status || attempt || failures, ' ' ORDER BY attempt)"
                                     " FROM tasks") == "completed10 completed20");
}

BOOST_AUTO_TEST_CASE(of_the_database_make_no_run_of_a_schedule_twice) {
    stepped_database& s = stepped_database::right();
    fleet f({}, s.dsn());
    const std::string in_twelve_hours =
        f.home.database().ask("SELECT extract(hour FROM now() AT TIME ZONE 'UTC' + interval '12 h')");
    const answer made =
        f.root.post("/policies", R"({"name":"daily","schedule":"0 )" + in_twelve_hours +
                                     R"( * * *","includePaths":["/etc"],"repository":"/backup"})");
    BOOST_TEST_REQUIRE(made.status == 201U);
    BOOST_TEST_REQUIRE(f.root.post("/policies/" + made.text("policyId") + "/agents/" + f.agent).status ==
                       204U);
    BOOST_TEST(f.root.get(f.poll_target(f.agent)).status == 204U);
    s.step_to(24);
    const answer run = f.root.get(f.poll_target(f.agent, "?wait=60"));
    BOOST_TEST_REQUIRE(attempt_of(run) == 1);
    const std::string task(run.body.at("tasks").at(0).at("taskId").as_string());
    BOOST_TEST(acknowledge(f, task, 1) == 200U);
    BOOST_TEST(complete(f, task, 1) == 200U); // none is open that would keep another from being made
    for (const int to : {0, 24}) {
        s.step_to(to);
        BOOST_TEST(f.root.get(f.poll_target(f.agent, "?wait=2")).status == 204U); // looks for due runs go on
    }
    BOOST_TEST(f.home.database().ask("SELECT count(*) FROM tasks") == "1");
}

BOOST_AUTO_TEST_SUITE_END()
