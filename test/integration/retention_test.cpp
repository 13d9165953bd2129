// What is forgotten by its age, and what is not.
#include "db/housekeeping_store.hpp"
#include "test/support/database_clock.hpp"
#include "test/support/schema.hpp"

#include <boost/test/unit_test.hpp>

using namespace holdfast;
using namespace std::chrono_literals;
using std::chrono::days;

namespace {

const std::string tenant = "00000000-0000-7000-8000-000000000001";

// Made on 2026-01-01.
std::string id_of(int number) {
    const auto since_1970 = parse_rfc3339("2026-01-01T00:00:00Z").value().time_since_epoch();
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(since_1970);
    std::array<char, 40> text{};
    std::snprintf(text.data(), text.size(), "%08llx-%04llx-7000-8000-%012x",
                  static_cast<unsigned long long>(ms.count() >> 16),
                  static_cast<unsigned long long>(ms.count() & 0xffff), static_cast<unsigned>(number));
    return text.data();
}

struct fixture {
    test::scratch_database database;
    asio::io_context context{1};
    test::database_clock clock;
    timing times;
    pg::pool pool;
    db::pg_housekeeping_store store{pool, times};

    fixture()
        : clock((test::migrate(database), database), parse_rfc3339("2026-01-01T00:00:00Z").value()),
          pool(context.get_executor(), test::pool_for(clock.conninfo())) {
        pool.start();
        database.execute("INSERT INTO agents (tenant_id, agent_id, hostname, enrolled_by) VALUES ('" +
                         tenant + "', '" + id_of(1) +
                         "', 'a', 'shared');"
                         "INSERT INTO policies (tenant_id, policy_id, name, schedule, timezone, "
                         "spread_seconds, overlap, on_missed, min_gap_seconds, max_attempts, enabled, "
                         "exclude_paths, include_paths, repository) VALUES ('" +
                         tenant + "', '" + id_of(1) +
                         "', 'p', '@daily', 'UTC', 0, 'skip', 'once', 0, 3, true, '{}', '{/etc}', '/r')");
    }

    ~fixture() { pool.close(); }

    fixture(const fixture&) = delete;
    fixture& operator=(const fixture&) = delete;

    // With a log of two pieces. What is over ended an hour after it was made.
    void add_task(const std::string& id, const std::string& status) const {
        database.execute("INSERT INTO tasks (tenant_id, task_id, agent_id, policy_id, task_type, repository, "
                         "include_paths, "
                         "exclude_paths, status, attempt, max_attempts, created_at, completed_at) VALUES ('" +
                         tenant + "', '" + id + "', '" + id_of(1) + "', '" + id_of(1) +
                         "', 'backup', '/r', '{/etc}', '{}', '" + status + "', 1, 3, '2026-01-01Z', " +
                         (status == "pending" ? "NULL" : "'2026-01-01T01:00:00Z'") +
                         ");"
                         "INSERT INTO task_logs (tenant_id, task_id, attempt, at_byte, body) VALUES ('" +
                         tenant + "', '" + id + "', 1, 0, 'one'), ('" + tenant + "', '" + id +
                         "', 1, 3, 'two')");
    }

    bool forget(int limit = 100) {
        auto more = test::answer_of(context, store.forget_old(limit));
        BOOST_TEST_REQUIRE(bool(more));
        return *more;
    }

    [[nodiscard]] int count(const std::string& table) const {
        return std::stoi(database.ask("SELECT count(*) FROM " + table));
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(retention, fixture)

BOOST_AUTO_TEST_CASE(logs_go_before_their_tasks) {
    times.log_keep = days{30};
    times.task_keep = days{180};
    for (const char* status : {"completed", "failed", "cancelled"})
        add_task(id_of(count("tasks") + 1), status);
    clock.advance(days{30} + 59min);
    BOOST_TEST(!forget());
    BOOST_TEST(count("task_logs") == 6);
    clock.advance(2min);
    BOOST_TEST(!forget());
    BOOST_TEST(count("task_logs") == 0);
    BOOST_TEST(count("tasks") == 3);
    clock.advance(days{150} - 2min);
    forget();
    BOOST_TEST(count("tasks") == 3);
    clock.advance(2min);
    forget();
    BOOST_TEST(count("tasks") == 0);
}

BOOST_AUTO_TEST_CASE(what_is_not_over_stays_whatever_its_age) {
    add_task(id_of(1), "pending");
    clock.advance(days{4000});
    BOOST_TEST(!forget());
    BOOST_TEST(count("tasks") == 1);
    BOOST_TEST(count("task_logs") == 2);
}

BOOST_AUTO_TEST_CASE(a_task_that_was_made_long_ago_and_ended_lately_stays) {
    add_task(id_of(1), "completed");
    clock.advance(days{400});
    database.execute("UPDATE tasks SET completed_at = '2027-02-01Z'");
    forget();
    BOOST_TEST(count("tasks") == 1);
    BOOST_TEST(count("task_logs") == 2);
}

BOOST_AUTO_TEST_CASE(zero_keeps_for_ever) {
    times.log_keep = days{0};
    times.task_keep = days{0};
    add_task(id_of(1), "completed");
    clock.advance(days{4000});
    forget();
    BOOST_TEST(count("task_logs") == 2);
}

BOOST_AUTO_TEST_CASE(a_step_is_bounded_and_says_that_there_is_more) {
    for (int i = 1; i <= 5; ++i) add_task(id_of(i), "completed");
    clock.advance(days{200});
    BOOST_TEST(forget(2));
    BOOST_TEST(count("tasks") == 3);
    BOOST_TEST(forget(2));
    BOOST_TEST(count("tasks") == 1);
    while (forget(2)) {
    }
    BOOST_TEST(count("tasks") == 0);
}

BOOST_AUTO_TEST_CASE(the_audit_trail_goes_by_the_age_of_its_entries) {
    const auto add = [this](int number) {
        database.execute("INSERT INTO audit (tenant_id, audit_id, at, by, action, details) VALUES ('" +
                         tenant + "', '" + id_of(number) +
                         "', '2026-01-01Z', 'operator', 'policy.create', '{}')");
    };
    for (int i = 1; i <= 5; ++i) add(i);
    times.audit_keep = days{400};
    clock.advance(days{400} - 1min);
    BOOST_TEST(!forget(2));
    BOOST_TEST(count("audit") == 5);
    clock.advance(2min);
    times.audit_keep = days{0};
    BOOST_TEST(!forget(2));
    BOOST_TEST(count("audit") == 5);
    times.audit_keep = days{400};
    BOOST_TEST(forget(2));
    BOOST_TEST(count("audit") == 3);
    while (forget(2)) {
    }
    BOOST_TEST(count("audit") == 0);
}

BOOST_AUTO_TEST_CASE(sessions_keys_and_events_go_too) {
    const std::string of = "('" + tenant + "', '" + id_of(1) + "', ";
    database.execute(
        "INSERT INTO sessions (tenant_id, agent_id, session, poll_id, address, seen_at) VALUES " + of +
        "'s', '" + id_of(1) +
        "', '::1', '2026-01-01Z');"
        "INSERT INTO idempotency_keys (tenant_id, key, digest, task_ids, created_at) VALUES ('" +
        tenant +
        "', 'k', 'd', '{}', '2026-01-01Z');"
        "INSERT INTO events (tenant_id, event_id, kind, at, try_at, policy_id, agent_id) VALUES " +
        of + "'freshness.changed', '2026-01-01Z', '2026-01-01Z', '" + id_of(1) + "', '" + id_of(1) + "')");
    clock.advance(23h);
    forget();
    BOOST_TEST(count("sessions") == 1);
    clock.advance(2h);
    forget();
    BOOST_TEST(count("sessions") == 0);
    BOOST_TEST(count("idempotency_keys") == 0);
    BOOST_TEST(count("events") == 1);
    clock.advance(days{1});
    forget();
    BOOST_TEST(count("events") == 0);
}

BOOST_AUTO_TEST_SUITE_END()
