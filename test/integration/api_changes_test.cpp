// The operators' own long poll, on the real program: two cores, so that what changes is told from one to the
// other.
#include "test/support/server.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

using holdfast::net::verb;
using holdfast::test::answer;
using holdfast::test::client;
using holdfast::test::fleet;
using holdfast::test::pending_call;
using holdfast::test::server_process;
using holdfast::test::task_body;
using holdfast::test::until;

namespace {

using names = std::set<std::string>;

// What the groups of one or more answers name.
struct heard {
    std::string cursor;
    names agents, tasks, progress, policies, freshness, many;

    void add(const answer& from) {
        BOOST_TEST_REQUIRE(from.status == 200U);
        cursor = from.text("cursor");
        for (const auto& [group, into] : {std::pair("agents", &agents), std::pair("policies", &policies),
                                          std::pair("freshness", &freshness), std::pair("many", &many)})
            for (const auto& each : from.body.at(group).as_array()) into->emplace(each.as_string());
        for (const auto& [group, into] : {std::pair("tasks", &tasks), std::pair("progress", &progress)})
            for (const auto& each : from.body.at(group).as_array())
                into->emplace(each.at("taskId").as_string());
    }
};

std::string since(const std::string& cursor, const std::string& more = "") {
    return "/changes?since=" + cursor + more;
}

struct lookout : fleet {
    using fleet::fleet;

    heard begin(client& who) {
        heard out;
        out.add(who.get("/changes"));
        return out;
    }

    // Looks on until that was heard.
    void follow(client& who, heard& so_far, const std::function<bool()>& enough) {
        while (!enough()) {
            const answer got = who.get(since(so_far.cursor, "&wait=30"));
            so_far.add(got);
        }
    }

    std::string token(const std::string& kind) {
        return root.post("/tokens", R"({"kind":")" + kind + R"(","name":"t"})").text("token");
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(api_changes, *boost::unit_test::label("tsan"))

BOOST_AUTO_TEST_CASE(a_task_made_elsewhere_ends_the_wait) {
    lookout f;
    client viewer(f.context, f.server, f.token("viewer"));
    heard seen = f.begin(viewer);
    answer waited;
    until("the end of what the making of a fleet changes", [&] {
        waited = viewer.call(verb::get, since(seen.cursor), "", {{"Prefer", "wait=1"}});
        if (waited.status == 200U) seen.add(waited);
        return waited.status == 204U;
    });
    BOOST_TEST(waited.raw.header("Preference-Applied") == "wait=1");
    BOOST_TEST(viewer.get(since(seen.cursor)).status == 204U);
    BOOST_TEST(seen.tasks.empty());

    pending_call poll(f, f.server, f.home.root_token(), verb::get, since(seen.cursor, "&wait=60"));
    f.wait_for_metric("viewers_waiting", 1);
    const std::string task = f.make_task(f.agent);
    seen.add(poll.finish());
    BOOST_TEST(seen.tasks == names{task});
    BOOST_TEST(seen.many.empty());
    BOOST_TEST(poll.got.body.at("tasks").at(0).at("agentId").as_string() == f.agent);
}

BOOST_AUTO_TEST_CASE(what_changed_before_the_next_call_is_not_lost) {
    lookout f;
    heard seen = f.begin(f.root);
    const names made{f.make_task(f.agent), f.make_task(f.agent), f.make_task(f.agent)};
    f.follow(f.root, seen, [&] { return seen.tasks == made; });
    BOOST_TEST(f.root.get(since(seen.cursor)).status == 204U);
}

BOOST_AUTO_TEST_CASE(each_step_of_a_task_is_told_in_its_group) {
    lookout f;
    BOOST_TEST_REQUIRE(f.root.post("/policies/" + f.policy + "/agents/" + f.agent).status == 204U);
    const std::string task = f.make_task(f.agent);
    heard seen = f.begin(f.root);
    BOOST_TEST_REQUIRE(f.root.get(f.poll_target(f.agent)).status == 200U);
    f.follow(f.root, seen, [&] { return seen.tasks.contains(task) && seen.agents.contains(f.agent); });

    seen = f.begin(f.root);
    BOOST_TEST_REQUIRE(f.root.post(f.poll_target(f.agent, "/" + task + "/ack")).status == 200U);
    f.follow(f.root, seen, [&] { return seen.tasks.contains(task); });
    BOOST_TEST(seen.progress.empty());
    BOOST_TEST_REQUIRE(
        f.root.post(f.poll_target(f.agent, "/" + task + "/progress"), R"({"percentDone":5})").status == 200U);
    f.follow(f.root, seen, [&] { return seen.progress.contains(task); });
    BOOST_TEST(seen.freshness.empty());
    BOOST_TEST_REQUIRE(
        f.root.post(f.poll_target(f.agent, "/" + task + "/result"), R"({"status":"completed"})").status ==
        200U);
    f.follow(f.root, seen, [&] { return seen.freshness.contains(f.agent); });
    BOOST_TEST(seen.policies.empty());
}

BOOST_AUTO_TEST_CASE(what_operators_change_is_told) {
    lookout f;
    heard seen = f.begin(f.root);
    BOOST_TEST_REQUIRE(f.root.post("/policies/" + f.policy + "/agents/" + f.agent).status == 204U);
    f.follow(f.root, seen, [&] { return seen.policies.contains(f.policy) && !seen.freshness.empty(); });
    BOOST_TEST_REQUIRE(f.root.call(verb::patch, "/agents/" + f.agent, R"({"paused":true})").status == 200U);
    f.follow(f.root, seen, [&] { return seen.agents.contains(f.agent); });
    const std::string task = f.make_task(f.agent);
    f.follow(f.root, seen, [&] { return seen.tasks.contains(task); });
    seen.tasks.clear();
    BOOST_TEST_REQUIRE(f.root.post("/tasks/" + task + "/cancel").status == 200U);
    f.follow(f.root, seen, [&] { return seen.tasks.contains(task); });
}

BOOST_AUTO_TEST_CASE(more_than_an_answer_holds_is_told_as_many) {
    lookout f;
    heard seen = f.begin(f.root);
    std::string all;
    for (int i = 0; i < 201; ++i) all += (i == 0 ? "" : ",") + task_body(f.agent, f.policy);
    BOOST_TEST_REQUIRE(f.root.post("/tasks", R"({"tasks":[)" + all + "]}").status == 201U);
    f.follow(f.root, seen, [&] { return !seen.many.empty(); });
    BOOST_TEST(seen.many == names{"tasks"});
    const std::string one = f.make_task(f.agent);
    f.follow(f.root, seen, [&] { return seen.tasks.contains(one); }); // and then one by one again
}

BOOST_AUTO_TEST_CASE(a_tenant_hears_of_its_own_only) {
    lookout f;
    const answer made = f.root.post("/tenants", R"({"name":"other"})");
    client stranger(f.context, f.server, made.text("token"));
    heard theirs = f.begin(stranger);
    heard ours = f.begin(f.root);
    const std::string task = f.make_task(f.agent);
    f.follow(f.root, ours, [&] { return ours.tasks.contains(task); });
    BOOST_TEST(stranger.get(since(theirs.cursor, "&wait=1")).status == 204U);
    const std::string agent = stranger.post("/agents/register", R"({"hostname":"theirs"})").text("agentId");
    f.follow(stranger, theirs, [&] { return theirs.agents.contains(agent); });
    BOOST_TEST(theirs.tasks.empty());
    BOOST_TEST(f.root.get(since(ours.cursor)).status == 204U);
}

BOOST_AUTO_TEST_CASE(for_who_reads_and_nobody_else) {
    lookout f;
    for (const char* kind : {"viewer", "operator", "admin"})
        BOOST_TEST(client(f.context, f.server, f.token(kind)).get("/changes").status == 200U);
    for (const char* kind : {"enroll", "fleet"})
        BOOST_TEST(client(f.context, f.server, f.token(kind)).get("/changes").status == 403U);
    BOOST_TEST(client(f.context, f.server, "").get("/changes").status == 401U);
    for (const char* bad : {"?since=x", "?since=", "?wait=soon"})
        BOOST_TEST(f.root.get(std::string("/changes") + bad).status == 400U);
}

BOOST_AUTO_TEST_CASE(another_server_hears_of_it_and_understands_the_cursor) {
    lookout f;
    const server_process second(f.home);
    client there(f.context, second, f.home.root_token());
    heard seen = f.begin(there);
    const std::string task = f.make_task(f.agent); // on the first
    f.follow(there, seen, [&] { return seen.tasks.contains(task); });
    seen.tasks.clear();
    const std::string later = f.make_task(f.agent);
    f.follow(f.root, seen, [&] { return seen.tasks.contains(later); });
}

BOOST_AUTO_TEST_CASE(a_cursor_from_before_a_restart_says_start_over) {
    lookout f;
    heard seen = f.begin(f.root);
    BOOST_TEST(f.server.stop() == 0);
    f.server.start_again();
    client again(f.context, f.server, f.home.root_token());
    const answer old = again.get(since(seen.cursor, "&wait=60"));
    BOOST_TEST(old.status == 410U);
    BOOST_TEST(old.text("code") == "start_over");
    seen = f.begin(again);
    const std::string agent = again.post("/agents/register", R"({"hostname":"new"})").text("agentId");
    f.follow(again, seen, [&] { return seen.agents.contains(agent); });
}

BOOST_AUTO_TEST_CASE(a_wait_ends_with_its_caller_its_token_and_its_server) {
    lookout f;
    heard seen = f.begin(f.root);
    {
        pending_call gone(f, f.server, f.home.root_token(), verb::get, since(seen.cursor, "&wait=60"));
        f.wait_for_metric("viewers_waiting", 1);
    }
    f.wait_for_metric("viewers_waiting", 0);

    const answer made = f.root.post("/tokens", R"({"kind":"viewer","name":"short"})");
    pending_call revoked(f, f.server, made.text("token"), verb::get, since(seen.cursor, "&wait=60"));
    f.wait_for_metric("viewers_waiting", 1);
    BOOST_TEST_REQUIRE(f.root.call(verb::delete_, "/tokens/" + made.text("tokenId")).status == 204U);
    BOOST_TEST(revoked.finish().status == 204U);

    pending_call last(f, f.server, f.home.root_token(), verb::get, since(seen.cursor, "&wait=60"));
    f.wait_for_metric("viewers_waiting", 1);
    BOOST_TEST(f.server.stop() == 0);
    BOOST_TEST(last.finish().status == 204U);
    BOOST_TEST(last.got.raw.header("Connection") == "close");
}

BOOST_AUTO_TEST_SUITE_END()
