// The figures of a tenant, and the list of tenants, on the real program.
#include "test/support/server.hpp"

#include <boost/test/unit_test.hpp>

using holdfast::net::verb;
using holdfast::test::answer;
using holdfast::test::client;
using holdfast::test::fleet;

namespace {

struct counted : fleet {
    std::int64_t figure(const std::string& of, const std::string& which) {
        return root.get("/overview").body.at(of).at(which).as_int64();
    }

    void report(const std::string& task, const std::string& what, const std::string& body) {
        const answer got = root.post("/agents/" + agent + "/tasks/" + task + what, body);
        BOOST_TEST_REQUIRE(got.status == 200U, got.raw.body);
    }

    bool something_is_due() { return root.get("/overview").body.as_object().contains("oldestDueTask"); }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(api_overview, counted)

BOOST_AUTO_TEST_CASE(tasks_are_counted_where_they_are) {
    BOOST_TEST(figure("openTasks", "pending") == 0);
    BOOST_TEST(!something_is_due());
    const std::string later = make_task(agent, R"(,"scheduledFor":"2199-01-01T00:00:00Z")");
    BOOST_TEST(figure("openTasks", "pending") == 1);
    BOOST_TEST(!something_is_due());
    const std::string old = make_task(agent, R"(,"scheduledFor":"2020-01-01T00:00:00Z")");
    const std::string now = make_task(agent);
    const answer waiting = root.get("/overview");
    BOOST_TEST(waiting.body.at("oldestDueTask").at("taskId").as_string() == old);
    BOOST_TEST(waiting.body.at("oldestDueTask").at("agentId").as_string() == agent);
    BOOST_TEST(waiting.body.at("oldestDueTask").at("dueAt").as_string() == "2020-01-01T00:00:00Z");
    BOOST_TEST_REQUIRE(root.get(poll_target(agent)).number("count") == 2);
    BOOST_TEST(figure("openTasks", "pending") == 1);
    BOOST_TEST(figure("openTasks", "assigned") == 2);
    BOOST_TEST(!something_is_due());
    report(old, "/ack", "");
    report(now, "/ack", "");
    BOOST_TEST(figure("openTasks", "inProgress") == 2);
    report(old, "/result", R"({"status":"completed"})");
    report(now, "/result", R"({"status":"failed","errorCategory":"permission"})");
    BOOST_TEST(root.post("/tasks/" + later + "/cancel").status == 200U);
    for (const char* end : {"completed", "failed", "cancelled"})
        BOOST_TEST(figure("tasksOfLastDay", end) == 1);
    for (const char* open : {"pending", "assigned", "inProgress"}) BOOST_TEST(figure("openTasks", open) == 0);
}

BOOST_AUTO_TEST_CASE(agents_and_backups_are_counted) {
    BOOST_TEST(figure("agents", "online") == 1);
    BOOST_TEST(figure("agents", "paused") == 0);
    home.database().execute("UPDATE agent_contacts SET last_seen_at = now() - interval '1 day'");
    BOOST_TEST_REQUIRE(root.call(verb::patch, "/agents/" + agent, R"({"paused":true})").status == 200U);
    BOOST_TEST(figure("agents", "online") == 0);
    BOOST_TEST(figure("agents", "offline") == 1);
    BOOST_TEST(figure("agents", "paused") == 1);
    BOOST_TEST_REQUIRE(root.post("/policies/" + policy + "/agents/" + agent).status == 204U);
    BOOST_TEST(figure("backups", "never") == 1);
    BOOST_TEST(figure("backups", "fresh") == 0);
    home.database().execute("UPDATE policy_agents SET last_success_at = now()");
    BOOST_TEST(figure("backups", "fresh") == 1);
    BOOST_TEST(figure("backups", "never") == 0);
}

BOOST_AUTO_TEST_CASE(a_tenant_counts_its_own_alone) {
    make_task(agent);
    client other(context, server, root.post("/tenants", R"({"name":"other"})").text("token"));
    const answer theirs = other.get("/overview");
    BOOST_TEST(theirs.body.at("agents").at("online").as_int64() == 0);
    BOOST_TEST(theirs.body.at("openTasks").at("pending").as_int64() == 0);
    BOOST_TEST(!theirs.body.as_object().contains("oldestDueTask"));
    BOOST_TEST(figure("openTasks", "pending") == 1);
}

BOOST_AUTO_TEST_CASE(the_root_token_lists_tenants_in_pages) {
    const std::string first = root.post("/tenants", R"({"name":"first"})").text("tenantId");
    const answer second = root.post("/tenants", R"({"name":"second"})");
    const answer page = root.get("/tenants?limit=2");
    BOOST_TEST_REQUIRE(page.status == 200U);
    const auto& items = page.body.at("items").as_array();
    BOOST_TEST_REQUIRE(items.size() == 2U);
    BOOST_TEST(items[0].at("tenantId").as_string() == second.text("tenantId"));
    BOOST_TEST(items[0].at("name").as_string() == "second");
    BOOST_TEST(items[1].at("tenantId").as_string() == first);
    const answer rest = root.get("/tenants?limit=2&cursor=" + page.text("nextCursor"));
    BOOST_TEST(rest.body.at("items").as_array().size() == 1U);
    BOOST_TEST(rest.text("nextCursor").empty());
    BOOST_TEST(root.get("/tenants?limit=0").status == 400U);
    client admin(context, server, second.text("token"));
    BOOST_TEST(admin.get("/tenants").status == 403U);
}

BOOST_AUTO_TEST_SUITE_END()
