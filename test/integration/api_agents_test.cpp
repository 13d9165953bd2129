// Agents as operators see and change them, on the real program.
#include "db/postgres/pool.hpp"
#include "test/support/server.hpp"

#include <boost/test/unit_test.hpp>

#include <optional>
#include <set>

using holdfast::awaitable;
using holdfast::net::verb;
using holdfast::test::answer;
using holdfast::test::client;
using holdfast::test::fleet;
using holdfast::test::pending_call;
using holdfast::test::server_process;
using holdfast::test::until;
using holdfast::test::waiting_poll;

namespace {

struct operating : fleet {
    explicit operating(std::vector<std::string> more_arguments = {}) : fleet(std::move(more_arguments)) {}

    std::string of(const std::string& id) const { return "/agents/" + id; }

    answer change(const std::string& body) { return root.call(verb::patch, of(agent), body); }

    answer remove(const std::string& id, const std::string& query = "") {
        return root.call(verb::delete_, of(id) + query);
    }

    // The agent is acting on a task.
    std::string running_task() {
        const std::string task = make_task(agent);
        BOOST_TEST_REQUIRE(root.get(poll_target(agent)).status == 200U);
        BOOST_TEST_REQUIRE(root.post(poll_target(agent, "/" + task + "/ack")).status == 200U);
        return task;
    }

    // Enrolled: with a token of its own.
    answer enroll(const std::string& hostname) {
        const std::string secret = root.post("/tokens", R"({"kind":"enroll","name":"t"})").text("token");
        client enrolling(context, server, secret);
        return enrolling.post("/agents/register", R"({"hostname":")" + hostname + "\"}");
    }

    void heard_of(const std::string& id, const std::string& ago) const {
        home.database().execute("UPDATE agent_contacts SET last_seen_at = now() - interval '" + ago +
                                "' WHERE agent_id = '" + id + "'");
    }

    std::set<std::string> listed(const std::string& query) {
        std::set<std::string> hostnames;
        const answer page = root.get("/agents" + query);
        BOOST_TEST_REQUIRE(page.status == 200U);
        for (const auto& each : page.body.at("items").as_array())
            hostnames.emplace(each.at("hostname").as_string());
        return hostnames;
    }
};

using names = std::set<std::string>;

std::set<std::string> wrong_in(const answer& a) {
    std::set<std::string> pointers;
    BOOST_TEST_REQUIRE(a.status == 400U);
    for (const auto& each : a.body.at("errors").as_array()) pointers.emplace(each.at("pointer").as_string());
    return pointers;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(api_agents, operating)

BOOST_AUTO_TEST_CASE(the_list_is_filtered_and_paged) {
    const std::string silent = register_agent("Web-Silent");
    const std::string resting = register_agent("web-resting");
    register_agent("db-01");
    heard_of(silent, "1 day");
    BOOST_TEST_REQUIRE(root.call(verb::patch, of(resting), R"({"paused":true})").status == 200U);
    BOOST_TEST((listed("") == names{"first", "Web-Silent", "web-resting", "db-01"}));
    BOOST_TEST((listed("?online=false") == names{"Web-Silent"}));
    BOOST_TEST((listed("?online=true") == names{"first", "web-resting", "db-01"}));
    BOOST_TEST((listed("?paused=true") == names{"web-resting"}));
    BOOST_TEST((listed("?paused=false&online=true") == names{"first", "db-01"}));
    BOOST_TEST((listed("?hostname=WEB-") == names{"Web-Silent", "web-resting"}));
    BOOST_TEST((listed("?hostname=%25") == names{}));
    const answer first = root.get("/agents?hostname=web&limit=1");
    BOOST_TEST(first.body.at("items").at(0).at("hostname").as_string() == "web-resting");
    BOOST_TEST((listed("?hostname=web&limit=1&cursor=" + first.text("nextCursor")) == names{"Web-Silent"}));
    BOOST_TEST(root.get("/agents?online=perhaps").text("detail") == "online must be true or false");
    BOOST_TEST(root.get("/agents?paused=2").status == 400U);
}

BOOST_AUTO_TEST_CASE(who_waits_for_tasks_is_online) {
    heard_of(agent, "1 day");
    BOOST_TEST(root.get(of(agent)).text("status") == "offline");
    waiting_poll poll(*this, server, "?wait=60");
    wait_for_metric("polls_waiting", 1);
    answer seen;
    until("its contact, written down beside the poll", [&] {
        seen = root.get(of(agent));
        return seen.text("status") == "online";
    });
    BOOST_TEST(seen.text("lastSeenAt") > seen.text("registeredAt"));
}

BOOST_AUTO_TEST_CASE(who_may_wait_for_long_may_be_silent_for_as_long) {
    const operating impatient({"--heartbeat", "1", "--wait-max", "600"});
    client ask(context, impatient.server, impatient.home.root_token());
    impatient.heard_of(impatient.agent, "500 s");
    BOOST_TEST(ask.get(of(impatient.agent)).text("status") == "online");
    impatient.heard_of(impatient.agent, "601 s");
    BOOST_TEST(ask.get(of(impatient.agent)).text("status") == "offline");
}

BOOST_AUTO_TEST_CASE(what_an_agent_says_of_itself_is_shown) {
    BOOST_TEST_REQUIRE(root.post("/agents/register", R"({"hostname":"first","ip":"192.0.2.7",
        "metadata":{"rack":[1,"b"],"spare":null}})")
                           .status == 200U);
    BOOST_TEST_REQUIRE(root.post(of(agent) + "/heartbeat",
                                 R"({"version":"1.4.0","os":"linux","arch":"amd64","uptimeSeconds":86400,
        "disks":[{"mountPath":"/","freeBytes":5,"totalBytes":10}],"lastBackupStatus":"none"})")
                           .status == 200U);
    const answer seen = root.get(of(agent));
    BOOST_TEST(seen.text("ip") == "192.0.2.7");
    BOOST_TEST(seen.body.at("metadata").at("rack").at(1).as_string() == "b");
    BOOST_TEST(seen.body.at("metadata").at("spare").is_null());
    BOOST_TEST(seen.text("arch") == "amd64");
    BOOST_TEST(seen.number("uptimeSeconds") == 86400);
    BOOST_TEST(seen.body.at("disks").at(0).at("freeBytes").as_int64() == 5);
    BOOST_TEST(seen.text("lastBackupStatus") == "none");
}

BOOST_AUTO_TEST_CASE(what_an_agent_runs_is_shown) {
    const std::string task = running_task();
    make_task(agent);
    const answer one = root.get(of(agent));
    BOOST_TEST(one.number("tasksRunning") == 1);
    BOOST_TEST_REQUIRE(one.body.at("runningTasks").as_array().size() == 1U);
    BOOST_TEST(one.body.at("runningTasks").at(0).as_string() == task);
    const answer all = root.get("/agents");
    BOOST_TEST(all.body.at("items").at(0).at("tasksRunning").as_int64() == 1);
    BOOST_TEST(!all.body.at("items").at(0).as_object().contains("runningTasks"));
}

BOOST_AUTO_TEST_CASE(two_sessions_from_two_addresses_are_warned_of) {
    BOOST_TEST_REQUIRE(root.get(poll_target(agent, "?session=a")).status == 204U);
    BOOST_TEST_REQUIRE(root.get(poll_target(agent, "?session=b")).status == 204U);
    BOOST_TEST(!root.get(of(agent)).body.at("duplicateIdentity").as_bool());
    home.database().execute("UPDATE sessions SET address = '192.0.2.1' WHERE session = 'a'");
    BOOST_TEST(root.get(of(agent)).body.at("duplicateIdentity").as_bool());
    home.database().execute("UPDATE sessions SET seen_at = now() - interval '3 minutes' WHERE session = 'a'");
    BOOST_TEST(!root.get(of(agent)).body.at("duplicateIdentity").as_bool());
}

BOOST_AUTO_TEST_CASE(limits_are_set_one_by_one_and_removed_by_null) {
    const answer set =
        change(R"({"maxConcurrentTasks":4,"maxConcurrentTasksByType":{"backup":2,"prune":1}})");
    BOOST_TEST_REQUIRE(set.status == 200U);
    BOOST_TEST(set.number("maxConcurrentTasks") == 4);
    BOOST_TEST(set.text("agentId") == agent);
    const answer more = change(R"({"maxConcurrentTasksByType":{"check":1000,"prune":null}})");
    const auto& by_type = more.body.at("maxConcurrentTasksByType").as_object();
    BOOST_TEST(by_type.at("backup").as_int64() == 2);
    BOOST_TEST(by_type.at("check").as_int64() == 1000);
    BOOST_TEST(!by_type.contains("prune"));
    BOOST_TEST(root.get(of(agent)).number("maxConcurrentTasks") == 4);
    const answer gone = change(R"({"maxConcurrentTasks":null,"maxConcurrentTasksByType":null})");
    BOOST_TEST(!gone.body.as_object().contains("maxConcurrentTasks"));
    BOOST_TEST(gone.body.at("maxConcurrentTasksByType").as_object().empty());
    BOOST_TEST(change("{}").status == 200U);
}

BOOST_AUTO_TEST_CASE(a_pause_has_a_note_and_may_have_an_end) {
    const answer paused =
        change(R"({"paused":true,"pauseNote":"new disk","pausedUntil":"2100-01-01T01:00:00+01:00"})");
    BOOST_TEST_REQUIRE(paused.status == 200U);
    BOOST_TEST(paused.body.at("paused").as_bool());
    BOOST_TEST(paused.text("pauseNote") == "new disk");
    BOOST_TEST(paused.text("pausedUntil") == "2100-01-01T00:00:00Z");
    const answer noted = change(R"({"pauseNote":"newer disk"})");
    BOOST_TEST(noted.text("pauseNote") == "newer disk");
    BOOST_TEST(noted.text("pausedUntil") == "2100-01-01T00:00:00Z");
    const answer over = change(R"({"paused":false})");
    BOOST_TEST(!over.body.at("paused").as_bool());
    BOOST_TEST(over.text("pauseNote").empty());
    const answer again = change(R"({"paused":true})");
    BOOST_TEST(again.text("pauseNote").empty());
    BOOST_TEST(again.text("pausedUntil").empty());
}

BOOST_AUTO_TEST_CASE(a_pause_whose_end_has_passed_is_none) {
    BOOST_TEST_REQUIRE(change(R"({"paused":true,"pauseNote":"old"})").status == 200U);
    home.database().execute("UPDATE agents SET paused_until = now() - interval '1 s'");
    const answer seen = root.get(of(agent));
    BOOST_TEST(!seen.body.at("paused").as_bool());
    BOOST_TEST(seen.text("pauseNote").empty());
    BOOST_TEST((listed("?paused=true") == names{}));
    BOOST_TEST(change(R"({"pauseNote":"late"})").status == 409U);
    BOOST_TEST(change(R"({"paused":true})").text("pauseNote").empty());
}

BOOST_AUTO_TEST_CASE(every_bad_field_of_a_change_is_named) {
    BOOST_TEST(
        (wrong_in(change(R"({"maxConcurrentTasks":0,"maxConcurrentTasksByType":{"check":1001},
        "pausedUntil":"2020-01-01T00:00:00Z","pauseNote":")" +
                         std::string(501, 'x') + R"("})")) ==
         names{"/maxConcurrentTasks", "/maxConcurrentTasksByType/check", "/pausedUntil", "/pauseNote"}));
    BOOST_TEST(
        (wrong_in(change(R"({"maxConcurrentTasks":"4","maxConcurrentTasksByType":[],"paused":"yes",
        "pausedUntil":"tomorrow","pauseNote":7})")) ==
         names{"/maxConcurrentTasks", "/maxConcurrentTasksByType", "/paused", "/pausedUntil", "/pauseNote"}));
    BOOST_TEST((wrong_in(change(R"({"paused":false,"pauseNote":"x"})")) == names{"/pauseNote"}));
    BOOST_TEST(change(R"({"pauseNote":"x"})").status == 409U);
    const std::string nobody = "/agents/00000000-0000-7000-8000-00000000000a";
    BOOST_TEST(root.call(verb::patch, nobody, "{}").status == 404U);
    BOOST_TEST(root.call(verb::delete_, nobody).status == 404U);
    client viewer(context, server, root.post("/tokens", R"({"kind":"viewer","name":"t"})").text("token"));
    BOOST_TEST(viewer.call(verb::patch, of(agent), "{}").status == 403U);
    BOOST_TEST(viewer.call(verb::delete_, of(agent)).status == 403U);
}

// The sweep does not see a task that was due long ago: only the change's own bell wakes the poll.
BOOST_AUTO_TEST_CASE(a_change_wakes_the_polls_of_its_agent) {
    const server_process second(home);
    const std::string task = make_task(agent, R"(,"scheduledFor":"2020-01-01T00:00:00Z")");
    BOOST_TEST_REQUIRE(root.post("/tasks/" + task + "/cancel").status == 200U);
    waiting_poll poll(*this, second, "?wait=60");
    client other(context, second, home.root_token());
    // Its first look is over: only a wake-up finds the task.
    holdfast::test::wait_for_metric(other, "database_batch_calls_count", 1);
    home.database().execute("UPDATE tasks SET status = 'pending', completed_at = NULL");
    BOOST_TEST_REQUIRE(change(R"({"paused":false})").status == 200U);
    BOOST_TEST(poll.finish().status == 200U);
    holdfast::test::wait_for_metric(other, "poll_wake_seconds_count", 1);
}

BOOST_AUTO_TEST_CASE(a_pause_that_ends_by_itself_wakes_the_polls_of_its_agent) {
    const std::string task = make_task(agent, R"(,"scheduledFor":"2020-01-01T00:00:00Z")");
    BOOST_TEST_REQUIRE(root.post("/tasks/" + task + "/cancel").status == 200U);
    const std::string another = register_agent("another");
    waiting_poll sooner(*this, server, "?wait=30", another, home.root_token()); // than without the wake-up
    waiting_poll poll(*this, server, "?wait=60");
    wait_for_metric("polls_waiting", 2);
    home.database().execute(
        "UPDATE agents SET paused_at = now(), paused_until = now() + interval '1 s' WHERE hostname = 'first';"
        "UPDATE tasks SET status = 'pending', completed_at = NULL");
    BOOST_TEST(poll.finish().status == 200U);
    BOOST_TEST(!sooner.done);
}

BOOST_AUTO_TEST_CASE(an_agent_with_open_tasks_is_deleted_by_force_only) {
    const std::string finished = running_task();
    BOOST_TEST_REQUIRE(
        root.post(poll_target(agent, "/" + finished + "/result"), R"({"status":"completed"})").status ==
        200U);
    const std::string runs = running_task();
    const std::string waits = make_task(agent);
    const answer refused = remove(agent);
    BOOST_TEST(refused.status == 409U);
    BOOST_TEST(refused.text("code") == "conflict");
    BOOST_TEST(root.get("/tasks/" + runs).text("status") == "in-progress");
    BOOST_TEST(remove(agent, "?force=perhaps").status == 400U);
    BOOST_TEST(remove(agent, "?force=true").status == 204U);
    BOOST_TEST(root.get("/tasks/" + runs).text("status") == "cancelled");
    BOOST_TEST(!root.get("/tasks/" + runs).text("completedAt").empty());
    BOOST_TEST(root.get("/tasks/" + waits).text("status") == "cancelled");
    BOOST_TEST(root.get("/tasks/" + finished).text("status") == "completed");
    BOOST_TEST(root.get("/tasks?agentId=" + agent).body.at("items").as_array().size() == 3U);
    wait_for_metric("tasks_cancelled_total", 2);
    BOOST_TEST(root.post("/tasks/" + waits + "/retry").status == 409U); // nobody is there to run it
    BOOST_TEST(root.get("/tasks/" + waits).text("status") == "cancelled");
}

BOOST_AUTO_TEST_CASE(a_deleted_agent_is_not_there_for_any_call) {
    BOOST_TEST_REQUIRE(root.post("/policies/" + policy + "/agents/" + agent).status == 204U);
    BOOST_TEST_REQUIRE(root.get(poll_target(agent, "?session=s")).status == 204U);
    BOOST_TEST_REQUIRE(remove(agent).status == 204U);
    BOOST_TEST(remove(agent).status == 404U);
    BOOST_TEST(root.get(of(agent)).status == 404U);
    BOOST_TEST(change(R"({"paused":true})").status == 404U);
    BOOST_TEST((listed("") == names{}));
    for (const char* query : {"", "?session=s", "?wait=60"})
        BOOST_TEST(root.get(poll_target(agent, query)).status == 404U);
    BOOST_TEST(root.post(of(agent) + "/heartbeat", R"({"version":"1","os":"linux"})").status == 404U);
    BOOST_TEST(root.get(of(agent) + "/policies").status == 404U);
    BOOST_TEST(root.post("/tasks", holdfast::test::task_body(agent, policy)).status == 404U);
    BOOST_TEST(root.post("/policies/" + policy + "/agents/" + agent).status == 404U);
    BOOST_TEST(root.call(verb::delete_, "/policies/" + policy + "/agents/" + agent).status == 404U);
    BOOST_TEST(root.post("/tokens", R"({"kind":"agent","name":"t","agentId":")" + agent + "\"}").status ==
               404U);
    BOOST_TEST(root.call(verb::delete_, "/policies/" + policy).status == 204U); // it is assigned to nobody
    const answer heir = root.post("/agents/register", R"({"hostname":"FIRST"})");
    BOOST_TEST(heir.status == 201U);
    BOOST_TEST(heir.text("agentId") != agent);
}

BOOST_AUTO_TEST_CASE(the_tokens_and_polls_of_a_deleted_agent_end_on_every_server) {
    const server_process second(home);
    const answer enrolled = enroll("laptop");
    const std::string id = enrolled.text("agentId");
    const std::string secret = enrolled.text("token");
    waiting_poll near(*this, server, "?wait=60", id, secret);
    waiting_poll far(*this, second, "?wait=60", id, secret);
    waiting_poll by_admin(*this, second, "?wait=60", id, home.root_token());
    waiting_poll of_another(*this, second, "?wait=60");
    client other(context, second, home.root_token());
    wait_for_metric("polls_waiting", 1);
    holdfast::test::wait_for_metric(other, "polls_waiting", 3);
    BOOST_TEST_REQUIRE(remove(id).status == 204U);
    BOOST_TEST(near.finish().status == 401U);
    BOOST_TEST(far.finish().status == 401U);
    BOOST_TEST(by_admin.finish().status == 404U);
    BOOST_TEST(!of_another.done);
    client dead(context, second, secret);
    BOOST_TEST(dead.get(poll_target(id)).status == 401U);
}

BOOST_AUTO_TEST_CASE(a_fleet_token_has_to_register_a_deleted_agent_anew) {
    client shared(context, server, root.post("/tokens", R"({"kind":"fleet","name":"t"})").text("token"));
    const std::string id = shared.post("/agents/register", R"({"hostname":"web"})").text("agentId");
    BOOST_TEST_REQUIRE(shared.get(poll_target(id)).status == 204U);
    BOOST_TEST_REQUIRE(remove(id).status == 204U);
    until("the other core to hear of it", [&] { return shared.get(poll_target(id)).status == 404U; });
    const answer anew = shared.post("/agents/register", R"({"hostname":"web"})");
    BOOST_TEST(anew.status == 201U);
    BOOST_TEST(shared.get(poll_target(anew.text("agentId"))).status == 204U);
}

BOOST_AUTO_TEST_SUITE_END()

namespace {

namespace pg = holdfast::pg;

// A transaction that has done something and is still open, beside the server.
struct open_transaction {
    explicit open_transaction(operating& with, std::string sql)
        : f(with), pool(f.context.get_executor(), settings()) {
        pool.start();
        run(begin(std::move(sql)));
    }

    ~open_transaction() { pool.close(); }

    open_transaction(const open_transaction&) = delete;
    open_transaction& operator=(const open_transaction&) = delete;

    void commit() { run(end()); }

    // Until the server's statement meets what this transaction holds.
    void meet() const {
        for (int tries = 0; f.home.database().ask("SELECT count(*) FROM pg_stat_activity WHERE datname = "
                                                  "current_database() AND wait_event_type = 'Lock'") != "1";
             ++tries) {
            BOOST_TEST_REQUIRE(tries < 100'000);
            f.context.restart();
            f.context.poll();
        }
    }

private:
    pg::pool_settings settings() const {
        pg::pool_settings out;
        out.connection.conninfo = f.home.database().conninfo();
        out.connections = 1;
        return out;
    }

    awaitable<void> begin(std::string sql) {
        auto begun = co_await pool.begin();
        BOOST_TEST_REQUIRE(bool(begun));
        open.emplace(std::move(*begun));
        auto done = co_await open->exec_text(std::move(sql));
        BOOST_TEST_REQUIRE(bool(done));
        over = true;
    }

    awaitable<void> end() {
        auto committed = co_await open->commit();
        BOOST_TEST_REQUIRE(bool(committed));
        over = true;
    }

    void run(awaitable<void> work) {
        over = false;
        boost::asio::co_spawn(f.context, std::move(work), [](const std::exception_ptr& failed) {
            if (failed) std::rethrow_exception(failed);
        });
        f.context.restart();
        while (!over && f.context.run_one() > 0) {
        }
    }

    operating& f;
    pg::pool pool;
    std::optional<pg::transaction> open;
    bool over = false;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(api_agents_deletion, operating)

// What would outlive the deletion waits for it, and then finds nobody.
BOOST_AUTO_TEST_CASE(nothing_is_made_for_an_agent_that_is_being_deleted) {
    struct {
        const char* target;
        const char* body;
        unsigned status;
    } const calls[]{
        {"/tasks", R"({"agentId":"AGENT","policyId":"POLICY","taskType":"backup"})", 404U},
        {"/tokens", R"({"kind":"agent","name":"t","agentId":"AGENT"})", 404U},
        {"/policies/POLICY/agents/AGENT", "", 404U},
        {"/tasks/TASK/retry", "", 409U},
    };

    int number = 0;
    for (const auto& call : calls) {
        const std::string id = register_agent("a" + std::to_string(++number));
        const std::string task = make_task(id);
        BOOST_TEST_REQUIRE(root.post("/tasks/" + task + "/cancel").status == 200U);
        const auto filled = [&](std::string text) {
            for (const auto& [word, value] :
                 {std::pair<std::string, std::string>{"AGENT", id}, {"POLICY", policy}, {"TASK", task}})
                if (const auto at = text.find(word); at != std::string::npos)
                    text.replace(at, word.size(), value);
            return text;
        };
        const std::string which = " WHERE agent_id = '" + id + "'";
        open_transaction deletion(*this, "SELECT FROM agents" + which +
                                             " FOR UPDATE; UPDATE agents SET deleted_at = now()" + which);
        pending_call made(*this, server, home.root_token(), verb::post, filled(call.target),
                          filled(call.body));
        deletion.meet();
        deletion.commit();
        BOOST_TEST(made.finish().status == call.status, call.target << ": " << made.got.status);
    }
    BOOST_TEST(home.database().ask("SELECT count(*) FROM tasks WHERE status = 'pending'") == "0");
    BOOST_TEST(home.database().ask("SELECT count(*) FROM tokens WHERE agent_id IS NOT NULL") == "0");
}

BOOST_AUTO_TEST_CASE(schedules_do_not_wait_for_a_deletion) {
    const std::string staying = register_agent("staying");
    for (const std::string& id : {agent, staying})
        BOOST_TEST_REQUIRE(root.post("/policies/" + policy + "/agents/" + id).status == 204U);
    const std::string which = " WHERE agent_id = '" + agent + "'";
    open_transaction deletion(*this, "SELECT FROM agents" + which +
                                         " FOR UPDATE; UPDATE agents SET deleted_at = now()" + which);
    home.database().execute(
        "UPDATE policy_agents SET settled_until = now() - interval '2 days', next_run_at = now()");
    for (int i = 0; root.get("/tasks?agentId=" + staying).body.at("items").as_array().empty(); ++i)
        BOOST_TEST_REQUIRE(i < 10'000);
    deletion.commit();
    BOOST_TEST(home.database().ask("SELECT count(*) FROM tasks" + which) == "0");
}

BOOST_AUTO_TEST_CASE(an_agent_is_not_deleted_beside_a_task_that_is_being_made) {
    const std::string task = make_task(agent);
    BOOST_TEST_REQUIRE(root.post("/tasks/" + task + "/cancel").status == 200U);
    open_transaction making(*this,
                            "SELECT FROM agents WHERE agent_id = '" + agent +
                                "' FOR KEY SHARE; UPDATE tasks SET status = 'pending', completed_at = NULL");
    pending_call deletion(*this, server, home.root_token(), verb::delete_, of(agent));
    making.meet();
    making.commit();
    BOOST_TEST(deletion.finish().status == 409U);
    BOOST_TEST(root.get(of(agent)).status == 200U);
}

BOOST_AUTO_TEST_SUITE_END()
