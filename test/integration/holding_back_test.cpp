// What holds tasks back, inside the atomic assignment: limits, pauses, and the rule of the repositories; also
// when several servers assign at the same time.
#include "db/housekeeping_store.hpp"
#include "db/task_store.hpp"
#include "test/support/database_clock.hpp"
#include "test/support/schema.hpp"

#include <boost/test/unit_test.hpp>

#include <deque>
#include <random>
#include <set>

using namespace holdfast;
using namespace std::chrono_literals;

namespace {

constexpr auto backup = task_type::backup;
constexpr auto verify = task_type::check;
constexpr auto prune = task_type::prune;

constexpr const char* tenant_text = "00000000-0000-7000-8000-000000000001";
const tenant_id tenant{parse_uuid(tenant_text).value()};

std::string quoted(const auto& id) {
    return "'" + to_string(id) + "'";
}

// A server's part in this.
struct server {
    pg::pool pool;
    db::pg_task_store store;

    server(executor where, const std::string& conninfo, const timing& times)
        : pool(where, test::pool_for(conninfo)), store(where, pool, times) {
        pool.start();
    }

    ~server() {
        store.close();
        pool.close();
    }

    server(const server&) = delete;
    server& operator=(const server&) = delete;
};

struct fixture {
    timing times{.offer_lease = 1h, .run_lease = 1h};
    test::scratch_database database;
    asio::io_context context{1};
    test::database_clock clock;
    server first;
    policy_id policy = policy_id::make();
    agent_id a;
    agent_id b;
    agent_id c;

    fixture()
        : clock((test::migrate(database), database), parse_rfc3339("2026-03-01T00:00:00Z").value()),
          first(context.get_executor(), clock.conninfo(), times),
          a(add_agent()),
          b(add_agent()),
          c(add_agent()) {
        add_policy(policy);
    }

    void add_policy(policy_id id) const {
        database.execute(
            "INSERT INTO policies (tenant_id, policy_id, name, schedule, timezone, spread_seconds, overlap, "
            "on_missed, min_gap_seconds, include_paths, exclude_paths, repository, max_attempts, enabled) "
            "VALUES ('" +
            std::string(tenant_text) + "', " + quoted(id) + ", " + quoted(id) +
            ", '@daily', 'UTC', 0, 'skip', 'once', 0, '{/etc}', '{}', '/backup', 3, true)");
    }

    agent_id add_agent() const {
        const auto id = agent_id::make();
        database.execute("INSERT INTO agents (tenant_id, agent_id, hostname, enrolled_by) VALUES ('" +
                         std::string(tenant_text) + "', " + quoted(id) + ", " + quoted(id) + ", 'shared')");
        return id;
    }

    void set(agent_id agent, const std::string& what) const {
        database.execute("UPDATE agents SET " + what + " WHERE agent_id = " + quoted(agent));
    }

    template <class T> T answer_of(awaitable<T> work) { return test::answer_of(context, std::move(work)); }

    // Each a second younger than the one before.
    task_id make(agent_id agent, task_type type, std::string repository = "/backup",
                 std::optional<policy_id> of = {}) {
        task_order order;
        order.agent = agent;
        order.policy = of.value_or(policy);
        order.type = type;
        order.repository = std::move(repository);
        task_orders wanted;
        wanted.orders.push_back(std::move(order));
        auto made = answer_of(first.store.create(tenant, std::move(wanted)));
        BOOST_TEST_REQUIRE(bool(made));
        clock.advance(1s);
        return made->tasks.front().id;
    }

    offer_answer look(agent_id agent, int limit = 10) {
        offer_request r;
        r.tenant = tenant;
        r.agent = agent;
        r.poll = poll_id::make();
        r.limit = limit;
        r.will_wait = true;
        auto answer = answer_of(first.store.offer(r));
        BOOST_TEST_REQUIRE(bool(answer));
        return std::move(*answer);
    }

    std::vector<task_id> offered(agent_id agent, int limit = 10) {
        std::vector<task_id> ids;
        for (const task& t : look(agent, limit).tasks) ids.push_back(t.id);
        return ids;
    }

    bool gets(agent_id agent, std::initializer_list<task_id> wanted, int limit = 10) {
        return offered(agent, limit) == std::vector<task_id>(wanted);
    }

    bool gets_nothing(agent_id agent) { return offered(agent).empty(); }

    // Whom it wakes beside the agent itself.
    std::vector<agent_id> finish(agent_id agent, task_id task) {
        BOOST_TEST_REQUIRE(bool(answer_of(first.store.acknowledge({tenant, agent, task, {}}))));
        task_report done;
        done.tenant = tenant;
        done.agent = agent;
        done.task = task;
        auto changed = answer_of(first.store.finish(done));
        BOOST_TEST_REQUIRE(bool(changed));
        return changed->freed_for;
    }
};

using agents = std::vector<agent_id>;

} // namespace

BOOST_FIXTURE_TEST_SUITE(holding_back, fixture)

BOOST_AUTO_TEST_CASE(no_more_tasks_than_the_agent_may_have) {
    set(a, "max_tasks = 2");
    const task_id one = make(a, backup, "/1");
    const task_id two = make(a, verify, "/2");
    const task_id three = make(a, backup, "/3");
    BOOST_TEST(gets(a, {one, two}));
    BOOST_TEST(gets_nothing(a));
    (void)finish(a, one);
    BOOST_TEST(gets(a, {three}));
    BOOST_TEST(gets_nothing(a));
}

BOOST_AUTO_TEST_CASE(no_more_tasks_of_a_type_than_the_agent_may_have) {
    set(a, "max_backups = 1, max_prunes = 1");
    const task_id one = make(a, backup, "/1");
    const task_id two = make(a, backup, "/2");
    const task_id three = make(a, prune, "/3");
    const task_id four = make(a, verify, "/4");
    const task_id five = make(a, prune, "/5");
    BOOST_TEST(gets(a, {one, three, four}));
    BOOST_TEST(gets_nothing(a));
    (void)finish(a, three);
    BOOST_TEST(gets(a, {five}));
    (void)finish(a, one);
    BOOST_TEST(gets(a, {two}));
}

BOOST_AUTO_TEST_CASE(a_pause_holds_back_until_it_ends) {
    const task_id one = make(a, backup);
    set(a, "paused_at = '2026-01-01', paused_until = '2026-03-01T01:00:00Z'");
    const offer_answer nothing = look(a);
    BOOST_TEST(nothing.tasks.empty());
    BOOST_TEST((nothing.due_in.value() == 1h - 1s));
    clock.advance(1h);
    BOOST_TEST(gets(a, {one}));
    set(a, "paused_until = NULL");
    make(a, backup);
    BOOST_TEST(gets_nothing(a));
}

BOOST_AUTO_TEST_CASE(a_policy_that_is_off_holds_its_tasks_back) {
    const task_id one = make(a, backup);
    database.execute("UPDATE policies SET enabled = false");
    BOOST_TEST(gets_nothing(a));
    database.execute("UPDATE policies SET enabled = true");
    BOOST_TEST(gets(a, {one}));
}

BOOST_AUTO_TEST_CASE(backups_share_a_repository_and_a_check_waits_for_them) {
    const task_id one = make(a, backup);
    const task_id two = make(b, backup);
    const task_id alone = make(c, verify);
    BOOST_TEST(gets(a, {one}));
    BOOST_TEST(gets(b, {two}));
    BOOST_TEST(gets_nothing(c));
    BOOST_TEST(finish(a, one) == agents{c});
    BOOST_TEST(gets_nothing(c));
    BOOST_TEST(finish(b, two) == agents{c});
    BOOST_TEST(gets(c, {alone}));
}

BOOST_AUTO_TEST_CASE(nothing_runs_beside_a_prune) {
    const task_id alone = make(a, prune);
    const task_id one = make(b, backup);
    const task_id other = make(b, verify);
    const task_id elsewhere = make(b, backup, "/elsewhere");
    BOOST_TEST(gets(a, {alone}));
    BOOST_TEST(gets(b, {elsewhere}));
    BOOST_TEST(gets_nothing(b));
    BOOST_TEST(finish(a, alone) == agents{b});
    BOOST_TEST(gets(b, {one}));
    BOOST_TEST(finish(b, one) == agents{b});
    BOOST_TEST(gets(b, {other}));
}

BOOST_AUTO_TEST_CASE(of_several_in_one_answer_only_what_goes_together) {
    const task_id one = make(a, backup);
    const task_id two = make(a, backup);
    const task_id third = make(a, prune);
    const task_id fourth = make(a, backup);
    BOOST_TEST(gets(a, {one, two}));
    BOOST_TEST(gets_nothing(a));
    (void)finish(a, one);
    (void)finish(a, two);
    BOOST_TEST(gets(a, {third}));
    (void)finish(a, third);
    BOOST_TEST(gets(a, {fourth}));
}

BOOST_AUTO_TEST_CASE(credentials_do_not_make_another_repository) {
    const task_id alone = make(a, prune, "rest:https://one:secret@host/r/");
    make(b, backup, "rest:https://two:other@host/r");
    BOOST_TEST(gets(a, {alone}));
    BOOST_TEST(gets_nothing(b));
}

BOOST_AUTO_TEST_CASE(a_lease_that_ends_frees_the_repository) {
    const task_id alone = make(a, prune);
    const task_id one = make(b, backup);
    BOOST_TEST(gets(a, {alone}));
    clock.advance(2h);
    db::pg_housekeeping_store housekeeping(first.pool, times);
    auto ended = answer_of(housekeeping.end_leases(10));
    BOOST_TEST_REQUIRE(bool(ended));
    BOOST_TEST_REQUIRE(ended->size() == 1U);
    BOOST_TEST(ended->front().freed_for == agents{b});
    BOOST_TEST(gets(b, {one}));
}

BOOST_AUTO_TEST_CASE(what_is_cancelled_frees_the_repository) {
    const task_id alone = make(a, prune);
    const task_id one = make(b, backup);
    BOOST_TEST(gets(a, {alone}));
    BOOST_TEST(gets_nothing(b));
    auto cancelled = answer_of(first.store.cancel(tenant, alone, {}));
    BOOST_TEST_REQUIRE(bool(cancelled));
    BOOST_TEST(cancelled->freed_for == agents{b});
    BOOST_TEST(gets(b, {one}));
}

BOOST_AUTO_TEST_CASE(a_waiting_prune_is_not_starved_by_later_backups) {
    const task_id one = make(a, backup);
    BOOST_TEST(gets(a, {one}));
    const task_id earlier = make(b, backup);
    const task_id alone = make(c, prune);
    const task_id later = make(a, backup);
    BOOST_TEST(gets_nothing(c)); // from here on it is known to wait
    BOOST_TEST(gets(b, {earlier}));
    const offer_answer behind = look(a);
    BOOST_TEST(behind.tasks.empty());
    BOOST_TEST((behind.due_in.value() > 1min)); // when the claim ends
    (void)finish(a, one);
    (void)finish(b, earlier);
    BOOST_TEST(gets(c, {alone}));
    BOOST_TEST(gets_nothing(a));
    BOOST_TEST(finish(c, alone) == agents{a});
    BOOST_TEST(gets(a, {later}));
}

BOOST_AUTO_TEST_CASE(what_may_not_run_claims_nothing) {
    const policy_id off = policy_id::make();
    add_policy(off);
    const task_id one = make(a, backup);
    BOOST_TEST(gets(a, {one}));
    make(c, prune, "/backup", off);
    database.execute("UPDATE policies SET enabled = false WHERE policy_id = " + quoted(off));
    const task_id second = make(b, backup);
    BOOST_TEST(gets_nothing(c));
    BOOST_TEST(gets(b, {second}));

    set(c, "max_prunes = 1");
    const task_id elsewhere = make(c, prune, "/elsewhere");
    BOOST_TEST(gets(c, {elsewhere}));
    make(c, prune); // has to wait for its own agent, which may have a check meanwhile
    const task_id other = make(c, verify, "/third");
    const task_id third = make(b, backup);
    BOOST_TEST(gets(c, {other}));
    BOOST_TEST(gets(b, {third}));
}

BOOST_AUTO_TEST_CASE(an_agent_that_went_away_claims_nothing_for_long) {
    const task_id one = make(a, backup);
    BOOST_TEST(gets(a, {one}));
    make(c, prune);
    const task_id later = make(b, backup);
    BOOST_TEST(gets_nothing(c));
    const offer_answer behind = look(b);
    BOOST_TEST_REQUIRE(behind.tasks.empty());
    clock.advance(*behind.due_in);
    BOOST_TEST(gets(b, {later}));
}

BOOST_AUTO_TEST_SUITE_END()

namespace {

// Agents that take and finish tasks as fast as they can, on several servers at once.
class crowd : public fixture {
public:
    std::deque<server> servers;
    std::vector<agent_id> all;
    std::mt19937_64 random{std::random_device{}()};
    int served = 0;
    int violations = 0;

    crowd() {
        for (int i = 0; i < 4; ++i) servers.emplace_back(context.get_executor(), clock.conninfo(), times);
        for (int i = 0; i < 8; ++i) {
            all.push_back(add_agent());
            set(all.back(), i % 2 == 0 ? "max_tasks = 2" : "max_backups = 1, max_checks = 1");
        }
    }

    int below(int n) { return std::uniform_int_distribution<int>(0, n - 1)(random); }

    void fill() {
        task_orders wanted;
        for (int i = 0; i < 400; ++i) {
            task_order& order = wanted.orders.emplace_back();
            order.agent = all[static_cast<std::size_t>(below(static_cast<int>(all.size())))];
            order.policy = policy;
            order.type = below(3) == 0 ? static_cast<task_type>(1 + below(2)) : backup;
            order.repository = "/" + std::to_string(below(3));
        }
        BOOST_TEST_REQUIRE(bool(answer_of(first.store.create(tenant, std::move(wanted)))));
    }

    // One statement sees one state: whoever is in it twice was at the same time.
    static constexpr pg::statement broken_rules{"broken_rules", R"(
SELECT (SELECT count(*) FROM (
          SELECT FROM tasks WHERE tenant_id = $1 AND status IN ('assigned', 'in-progress') GROUP BY repository_key
          HAVING count(*) > 1 AND bool_or(task_type <> 'backup')) AS together)
     + (SELECT count(*) FROM (
          SELECT FROM agents a JOIN tasks t ON t.tenant_id = $1 AND t.agent_id = a.agent_id
                                           AND t.status IN ('assigned', 'in-progress')
           WHERE a.tenant_id = $1 GROUP BY a.agent_id, a.max_tasks, a.max_backups, a.max_checks
          HAVING count(*) > a.max_tasks OR count(*) FILTER (WHERE task_type = 'backup') > a.max_backups
              OR count(*) FILTER (WHERE task_type = 'check') > a.max_checks) AS too_many))"};

    awaitable<void> work(server& at, agent_id agent) {
        for (int empty = 0; empty < 200;) {
            offer_request r;
            r.tenant = tenant;
            r.agent = agent;
            r.poll = poll_id::make();
            r.limit = 1 + below(3);
            r.will_wait = true;
            auto answer = co_await at.store.offer(r);
            BOOST_TEST_REQUIRE(bool(answer), (answer ? std::string() : std::string(answer.error().cause())));
            pg::params whose = pg::bind(tenant);
            auto broken = co_await at.pool.exec(broken_rules, std::move(whose));
            BOOST_TEST_REQUIRE(bool(broken));
            violations += static_cast<int>(broken->front().get<std::int64_t>(0));
            empty = answer->tasks.empty() ? empty + 1 : 0;
            for (const task& t : answer->tasks) co_await do_it(at, t);
            if (done()) co_return;
        }
    }

    awaitable<void> do_it(server& at, const task& t) {
        task_key key{tenant, t.agent, t.id, t.attempt};
        auto started = co_await at.store.acknowledge(key);
        BOOST_TEST_REQUIRE(bool(started));
        task_report report;
        report.tenant = tenant;
        report.agent = t.agent;
        report.task = t.id;
        auto finished = co_await at.store.finish(std::move(report));
        BOOST_TEST_REQUIRE(bool(finished));
        ++served;
    }

    [[nodiscard]] bool done() const { return served == 400; }

    awaitable<bool> all_work() {
        test::together crew(context.get_executor());
        for (server& each : servers) {
            for (const agent_id agent : all) {
                auto job = work(each, agent);
                crew.add(std::move(job));
            }
        }
        co_await crew.wait();
        co_return true;
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(holding_back)

BOOST_FIXTURE_TEST_CASE(servers_at_the_same_time_keep_every_rule, crowd) {
    fill();
    BOOST_TEST(answer_of(all_work()));
    BOOST_TEST(violations == 0);
    BOOST_TEST(served == 400);
}

BOOST_AUTO_TEST_SUITE_END()
