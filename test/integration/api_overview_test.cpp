// A tenant at a glance, and what a token is, on the real program.
#include "test/support/server.hpp"

#include <boost/test/unit_test.hpp>

using holdfast::net::verb;
using holdfast::test::answer;
using holdfast::test::client;
using holdfast::test::fleet;
using holdfast::test::until;

namespace {

std::int64_t count(const answer& from, std::string_view group, std::string_view what) {
    return from.body.at(group).at(what).as_int64();
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(api_overview, fleet)

BOOST_AUTO_TEST_CASE(counts_what_is_there) {
    BOOST_TEST_REQUIRE(root.post("/policies/" + policy + "/agents/" + agent).status == 204U);
    const std::string other = register_agent("other");
    BOOST_TEST_REQUIRE(root.call(verb::patch, "/agents/" + other, R"({"paused":true})").status == 200U);
    const std::string running = make_task(agent);
    BOOST_TEST_REQUIRE(root.get(poll_target(agent)).status == 200U);
    BOOST_TEST_REQUIRE(root.post(poll_target(agent, "/" + running + "/ack")).status == 200U);
    const std::string waiting = make_task(other);
    make_task(other, R"(,"scheduledFor":"2099-01-01T00:00:00Z")");
    const std::string given_up = make_task(other);
    BOOST_TEST_REQUIRE(root.post("/tasks/" + given_up + "/cancel").status == 200U);
    home.database().execute("UPDATE agent_contacts SET last_seen_at = last_seen_at - interval '1 day' "
                            "WHERE agent_id = '" +
                            other + "'");

    answer now;
    until("it to be counted anew", [&] {
        now = root.get("/overview");
        return now.status == 200U && count(now, "agents", "offline") == 1;
    });
    BOOST_TEST(count(now, "agents", "online") == 1);
    BOOST_TEST(count(now, "agents", "paused") == 1);
    BOOST_TEST(count(now, "tasks", "pending") == 2);
    BOOST_TEST(count(now, "tasks", "due") == 1);
    BOOST_TEST(count(now, "tasks", "assigned") == 0);
    BOOST_TEST(count(now, "tasks", "inProgress") == 1);
    BOOST_TEST(now.body.at("oldestDueTask").at("dueAt") ==
               root.get("/tasks/" + waiting).body.at("createdAt"));
    BOOST_TEST(count(now, "freshness", "never") == 1);
    std::int64_t made = 0;
    for (const auto& minute : now.body.at("lastHour").as_array()) made += minute.at("made").as_int64();
    BOOST_TEST(made == 4);
}

BOOST_AUTO_TEST_CASE(another_tenant_is_counted_apart) {
    make_task(agent);
    const answer made = root.post("/tenants", R"({"name":"other"})");
    client stranger(context, server, made.text("token"));
    const answer theirs = stranger.get("/overview");
    BOOST_TEST_REQUIRE(theirs.status == 200U);
    BOOST_TEST(count(theirs, "tasks", "pending") == 0);
    BOOST_TEST(count(theirs, "agents", "online") == 0);
    BOOST_TEST(count(root.get("/overview"), "tasks", "pending") == 1);
    const answer who = stranger.get("/whoami");
    BOOST_TEST(who.text("kind") == "admin");
    BOOST_TEST(who.text("tenantId") == made.text("tenantId"));
}

BOOST_AUTO_TEST_CASE(every_token_may_ask_what_it_is) {
    for (const char* kind : {"viewer", "operator", "fleet"}) {
        const answer made = root.post("/tokens", R"({"name":"t","kind":")" + std::string(kind) + "\"}");
        client own(context, server, made.text("token"));
        const answer who = own.get("/whoami");
        BOOST_TEST(who.text("kind") == kind);
        BOOST_TEST(who.text("tokenId") == made.text("tokenId"));
        BOOST_TEST(own.get("/overview").status == (std::string_view(kind) == "fleet" ? 403U : 200U));
    }
    BOOST_TEST(client(context, server, "").get("/whoami").status == 401U);
    BOOST_TEST(client(context, server, "").get("/overview").status == 401U);
}

// Told as another server tells it.
BOOST_AUTO_TEST_CASE(the_polls_of_all_servers_are_there_by_the_minute) {
    home.database().execute(
        "SELECT pg_notify('holdfast', 'another-' || s || ' m ' || floor(extract(epoch FROM now()) / 60 - n) "
        "|| "
        "' 94 0,0,0,80,0,19,0,0,0,0,0,1,0') FROM generate_series(1, 2) AS n, generate_series(1, 2) AS s");
    answer now;
    until("both minutes to be told by both", [&] {
        now = root.get("/overview");
        const auto& told = now.body.at("polls").as_array();
        return told.size() >= 2 && told.at(0).at("waiting").as_int64() >= 188 &&
               told.at(1).at("waiting").as_int64() >= 188;
    });
    const auto& minute = now.body.at("polls").at(0);
    BOOST_TEST(minute.at("wakeUps").as_int64() == 200);
    BOOST_TEST(minute.at("medianWakeSeconds").as_double() == 0.0025 + 0.0025 * 100 / 160,
               boost::test_tools::tolerance(1e-9));
    BOOST_TEST(minute.at("p99WakeSeconds").as_double() == 0.025, boost::test_tools::tolerance(1e-9));
}

BOOST_AUTO_TEST_SUITE_END()
