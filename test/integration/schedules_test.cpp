// Policies make tasks: the scheduler on a real store, at times that the test sets.
#include "db/policy_store.hpp"
#include "db/schedule_store.hpp"
#include "domain/change_feed.hpp"
#include "domain/scheduler.hpp"
#include "test/support/database_clock.hpp"
#include "test/support/schema.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

using namespace holdfast;
using namespace std::chrono_literals;

namespace {

const tenant_id tenant{parse_uuid("00000000-0000-7000-8000-000000000001").value()};

instant at(std::string_view text) {
    return parse_rfc3339(text).value();
}

class silent_bell final : public wakeups {
public:
    std::multiset<agent_id> rung;

    void ring(std::span<const agent_id> agents) override { rung.insert(agents.begin(), agents.end()); }

    void supersede(agent_id, const std::string&, poll_id) override {}

    void cancelled(agent_id, task_id) override {}

    void revoked(token_id) override {}

    void deleted(agent_id) override {}

    void watched(tenant_id) override {}

    void changed(tenant_id, change_digest) override {}
};

// A server's part in this.
struct server {
    metrics counts;
    silent_bell bell;
    pg::pool pool;
    db::pg_schedule_store store{pool};
    db::pg_policy_store policies{pool};
    change_feed notes;
    scheduler schedules{store, bell, notes, counts};

    server(executor where, const std::string& conninfo)
        : pool(where, test::pool_for(conninfo)), notes(where, bell, counts) {
        pool.start();
    }

    ~server() { pool.close(); }

    server(const server&) = delete;
    server& operator=(const server&) = delete;
};

awaitable<void> look(scheduler& with, bool& well) {
    auto made = co_await with.make_due_tasks(3);
    well = well && made;
}

// All at the same time.
awaitable<bool> all_look(executor where, std::vector<server*> servers) {
    bool well = true;
    test::together side_by_side(where);
    for (server* each : servers) {
        auto work = look(each->schedules, well);
        side_by_side.add(std::move(work));
    }
    co_await side_by_side.wait();
    co_return well;
}

struct fixture {
    test::scratch_database database;
    asio::io_context context{1};
    test::database_clock clock;
    server first;
    policy wanted;
    agent_id agent;

    fixture()
        : clock((test::migrate(database), database), at("2026-03-01T00:00:00Z")),
          first(context.get_executor(), clock.conninfo()) {
        wanted.id = policy_id::make();
        wanted.name = "nightly";
        wanted.when.schedule = "0 2 * * *";
        wanted.what.repository = "/repository";
        wanted.what.include_paths = {"/etc"};
        agent = add_agent();
    }

    agent_id add_agent() const {
        const auto id = agent_id::make();
        database.execute("INSERT INTO agents (tenant_id, agent_id, hostname, enrolled_by) VALUES ('" +
                         to_string(tenant) + "', '" + to_string(id) + "', '" + to_string(id) +
                         "', 'shared')");
        return id;
    }

    template <class T> T answer_of(awaitable<T> work) { return test::answer_of(context, std::move(work)); }

    void make() {
        BOOST_TEST_REQUIRE(bool(answer_of(first.policies.create(tenant, wanted, {}))));
        BOOST_TEST_REQUIRE(bool(answer_of(first.policies.assign(tenant, wanted.id, agent, {}))));
        look();
    }

    void replace() {
        BOOST_TEST_REQUIRE(bool(answer_of(first.policies.replace(tenant, wanted, {}))));
        look();
    }

    void look() { BOOST_TEST_REQUIRE(bool(answer_of(first.schedules.make_due_tasks(3)))); }

    void look_at(std::string_view time) {
        clock.set(at(time));
        look();
    }

    // "backup 2026-03-01T02:00:00Z", … in order.
    [[nodiscard]] std::string tasks() const {
        return database.ask("SELECT string_agg(task_type || ' ' || to_char(scheduled_for AT TIME ZONE 'UTC', "
                            "'MM-DD HH24:MI'), ', ' ORDER BY scheduled_for, task_type) FROM tasks");
    }

    [[nodiscard]] std::string next_run() const {
        return database.ask("SELECT to_char(min(next_run_at) AT TIME ZONE 'UTC', 'MM-DD HH24:MI') "
                            "FROM policy_agents");
    }

    void finish_all() const { database.execute("UPDATE tasks SET status = 'completed'"); }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(schedules, fixture)

BOOST_AUTO_TEST_CASE(a_due_run_makes_a_task_and_rings_its_agent) {
    make();
    BOOST_TEST(tasks().empty());
    BOOST_TEST(next_run() == "03-01 02:00");
    look_at("2026-03-01T01:59:59.999999Z");
    BOOST_TEST(tasks().empty());
    BOOST_TEST((answer_of(first.schedules.make_due_tasks(3))->value() == 1us));
    look_at("2026-03-01T02:00:00Z");
    BOOST_TEST(tasks() == "backup 03-01 02:00");
    BOOST_TEST(first.bell.rung.count(agent) == 1U);
    BOOST_TEST(next_run() == "03-02 02:00");
    look();
    BOOST_TEST(tasks() == "backup 03-01 02:00");
    finish_all();
    look_at("2026-03-02T02:00:01Z");
    BOOST_TEST(tasks() == "backup 03-01 02:00, backup 03-02 02:00");
    BOOST_TEST(first.counts.tasks_planned.value() == 2U);
}

BOOST_AUTO_TEST_CASE(each_type_has_its_schedule) {
    wanted.when.check_schedule = "0 2 * * 0"; // a Sunday, 2026-03-01
    wanted.when.prune_schedule = "30 3 1 * *";
    make();
    look_at("2026-03-01T02:00:30Z");
    BOOST_TEST(tasks() == "backup 03-01 02:00, check 03-01 02:00");
    BOOST_TEST(next_run() == "03-01 03:30");
    look_at("2026-03-01T03:30:00Z");
    BOOST_TEST(tasks() == "backup 03-01 02:00, check 03-01 02:00, prune 03-01 03:30");
    BOOST_TEST(next_run() == "03-02 02:00");
}

BOOST_AUTO_TEST_CASE(an_open_task_holds_the_next_run_off_unless_they_queue) {
    make();
    look_at("2026-03-01T02:00:00Z");
    for (const char* state : {"pending", "assigned", "in-progress"}) {
        database.execute(std::string("UPDATE tasks SET status = '") + state + "', lease_until = " +
                         (std::string_view(state) == "pending" ? "NULL" : "'2027-01-01'"));
        clock.advance(24h);
        look();
        BOOST_TEST(tasks() == "backup 03-01 02:00");
    }
    BOOST_TEST(first.counts.runs_overlapping.value() == 3U);
    wanted.overlap = "queue";
    replace();
    look_at("2026-03-05T02:00:00Z");
    BOOST_TEST(tasks() == "backup 03-01 02:00, backup 03-05 02:00");
}

BOOST_AUTO_TEST_CASE(after_an_outage_one_run_makes_up_for_all) {
    make();
    look_at("2026-03-20T12:00:00Z");
    BOOST_TEST(tasks() == "backup 03-20 02:00");
    BOOST_TEST(next_run() == "03-21 02:00");
    BOOST_TEST(first.counts.runs_missed.value() == 19U);
}

BOOST_AUTO_TEST_CASE(after_an_outage_no_run_when_the_next_is_near_or_by_the_rule) {
    wanted.when.min_gap_seconds = 4 * 3600;
    make();
    look_at("2026-03-20T23:00:00Z");
    BOOST_TEST(tasks().empty());
    BOOST_TEST(next_run() == "03-21 02:00");
    wanted.when.min_gap_seconds = 0;
    wanted.when.on_missed = "skip";
    replace();
    look_at("2026-03-25T12:00:00Z");
    BOOST_TEST(tasks().empty());
    look_at("2026-03-26T02:00:00Z");
    BOOST_TEST(tasks() == "backup 03-26 02:00");
}

BOOST_AUTO_TEST_CASE(a_new_timetable_begins_when_it_is_written) {
    make();
    clock.set(at("2026-03-01T01:00:00Z"));
    wanted.description = "no other times";
    replace();
    BOOST_TEST(next_run() == "03-01 02:00");
    wanted.when.timezone = "Europe/Berlin"; // its two o'clock is one o'clock in UTC: has passed
    replace();
    BOOST_TEST(next_run() == "03-02 01:00");
    wanted.when.enabled = false;
    replace();
    BOOST_TEST(next_run().empty());
    look_at("2026-03-07T12:00:00Z");
    wanted.when.enabled = true;
    replace();
    BOOST_TEST(next_run() == "03-08 01:00"); // what was off is not made up for
    BOOST_TEST(tasks().empty());
    BOOST_TEST_REQUIRE(bool(answer_of(first.policies.unassign(tenant, wanted.id, agent, {}))));
    look_at("2026-03-08T01:00:00Z");
    BOOST_TEST(tasks().empty());
}

BOOST_AUTO_TEST_CASE(what_one_server_can_not_read_waits_for_another_and_holds_nobody_up) {
    wanted.when.timezone = "Europe/Berlin";
    make();
    database.execute("UPDATE policies SET timezone = 'Mars/Olympus'");
    look_at("2026-03-01T01:00:00Z");
    BOOST_TEST(tasks().empty());
    database.execute("UPDATE policies SET timezone = 'Europe/Berlin'");
    look_at("2026-03-01T01:10:00Z");
    BOOST_TEST(tasks() == "backup 03-01 01:00");
}

BOOST_AUTO_TEST_CASE(servers_at_the_same_time_make_each_run_once) {
    wanted.when.schedule = "every 10m";
    wanted.overlap = "queue";
    wanted.when.spread_seconds = 300;
    server second(context.get_executor(), clock.conninfo());
    server third(context.get_executor(), clock.conninfo());
    make();
    for (int i = 0; i < 40; ++i)
        BOOST_TEST_REQUIRE(bool(answer_of(first.policies.assign(tenant, wanted.id, add_agent(), {}))));
    constexpr int hours = 4;
    for (int minute = 0; minute < hours * 60; ++minute) {
        clock.advance(1min);
        BOOST_TEST_REQUIRE(answer_of(all_look(context.get_executor(), {&first, &second, &third})));
    }
    const auto count = [this](const char* what) {
        return std::stoi(database.ask(std::string("SELECT count(") + what + ") FROM tasks"));
    };
    BOOST_TEST(count("*") == count("DISTINCT (agent_id, scheduled_for)"));
    // Each agent has 24 due times in four hours, whatever its place in the spread.
    BOOST_TEST(count("*") == 41 * hours * 6);
    for (const server* each : {&first, &second, &third}) BOOST_TEST(each->counts.tasks_planned.value() > 0U);
}

BOOST_AUTO_TEST_SUITE_END()
