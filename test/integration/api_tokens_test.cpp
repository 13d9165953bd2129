// Tokens, tenants, agents and policies, on the real program.
#include "test/support/server.hpp"

#include <boost/test/unit_test.hpp>

#include <list>

using holdfast::net::verb;
using holdfast::test::answer;
using holdfast::test::client;
using holdfast::test::fleet;
using holdfast::test::pending_call;
using holdfast::test::server_process;
using holdfast::test::task_body;
using holdfast::test::until;
using holdfast::test::waiting_poll;

namespace {

struct token_fleet : fleet {
    std::string token(const std::string& kind, const std::string& more = "") {
        return root.post("/tokens", R"({"kind":")" + kind + R"(","name":"t")" + more + "}").text("token");
    }

    client with(const std::string& secret) { return client(context, server, secret); }

    // Of an existing agent; with tokenId and token.
    answer agent_token(const std::string& id, const std::string& more = "") {
        const answer made =
            root.post("/tokens", R"({"kind":"agent","name":"t","agentId":")" + id + '"' + more + "}");
        BOOST_TEST_REQUIRE(made.status == 201U);
        return made;
    }

    std::string soon(const std::string& in) const {
        return home.database().ask("SELECT to_char((now() + interval '" + in +
                                   "') AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')");
    }

    unsigned revoke(const answer& made) {
        return root.call(verb::delete_, "/tokens/" + made.text("tokenId")).status;
    }

    std::vector<std::string> wrong_in(const std::string& body) {
        const answer refused = root.post("/tokens", body);
        BOOST_TEST_REQUIRE(refused.status == 400U);
        std::vector<std::string> pointers;
        for (const auto& each : refused.body.at("errors").as_array())
            pointers.emplace_back(each.at("pointer").as_string());
        return pointers;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(api_tokens, token_fleet)

BOOST_AUTO_TEST_CASE(without_a_good_token_there_is_nothing) {
    client nobody = with("");
    const answer none = nobody.get("/agents");
    BOOST_TEST(none.status == 401U);
    BOOST_TEST(none.raw.header("WWW-Authenticate") == "Bearer");
    BOOST_TEST(nobody.get("/healthz").status == 200U);
    BOOST_TEST(nobody.get("/openapi.json").status == 200U);
    BOOST_TEST(nobody.get("/version").text("name") == "holdfast");
    for (const std::string& wrong : {std::string("x"), "hf_" + std::string(66, 'A'), home.root_token() + "A",
                                     home.root_token().substr(0, home.root_token().size() - 1) + "_"})
        BOOST_TEST(with(wrong).get("/agents").status == 401U);
}

BOOST_AUTO_TEST_CASE(each_kind_may_what_the_table_says) {
    client viewer = with(token("viewer"));
    client fleet_token = with(token("fleet"));
    client enroll = with(token("enroll"));
    client oper = with(token("operator"));
    client admin = with(token("admin"));
    BOOST_TEST(viewer.get("/agents").status == 200U);
    BOOST_TEST(viewer.post("/policies", "{}").status == 403U);
    BOOST_TEST(viewer.get("/metrics").status == 200U);
    BOOST_TEST(fleet_token.get("/agents").status == 403U);
    BOOST_TEST(enroll.get(poll_target(agent)).status == 403U);
    BOOST_TEST(oper.post("/policies", "{}").status == 400U);
    BOOST_TEST(oper.get("/tokens").status == 403U);
    BOOST_TEST(oper.get(poll_target(agent)).status == 403U);
    BOOST_TEST(admin.get("/tokens").status == 200U);
    BOOST_TEST(admin.post("/tenants", R"({"name":"x"})").status == 403U);
}

BOOST_AUTO_TEST_CASE(a_revoked_token_is_dead_at_once) {
    const answer made = root.post("/tokens", R"({"kind":"viewer","name":"short"})");
    client viewer = with(made.text("token"));
    BOOST_TEST_REQUIRE(viewer.get("/agents").status == 200U);
    BOOST_TEST(root.call(verb::delete_, "/tokens/" + made.text("tokenId")).status == 204U);
    BOOST_TEST(root.call(verb::delete_, "/tokens/" + made.text("tokenId")).status == 404U);
    until("the other core to hear of it", [&] { return viewer.get("/agents").status == 401U; });
}

BOOST_AUTO_TEST_CASE(an_enroll_token_buys_a_token_for_one_agent) {
    client enroll = with(token("enroll", R"(,"maxUses":1)"));
    BOOST_TEST(enroll.post("/agents/register", R"({"hostname":"FIRST"})").status ==
               409U); // taken; not used up by that
    const answer mine = enroll.post("/agents/register", R"({"hostname":"laptop","os":"linux"})");
    BOOST_TEST_REQUIRE(mine.status == 201U);
    BOOST_TEST(enroll.post("/agents/register", R"({"hostname":"third"})").status == 401U);
    client own = with(mine.text("token"));
    BOOST_TEST(own.get(poll_target(mine.text("agentId"))).status == 204U);
    BOOST_TEST(own.get(poll_target(agent)).status == 404U);
    BOOST_TEST(own.get("/agents").status == 403U);
    BOOST_TEST(own.post("/agents/" + mine.text("agentId") + "/heartbeat",
                        R"({"agentVersion":"2","platform":"linux"})")
                   .status == 200U);
    BOOST_TEST(root.get("/agents/" + mine.text("agentId")).text("version") == "2");
}

BOOST_AUTO_TEST_CASE(a_fleet_token_acts_for_the_agents_it_registered) {
    const std::string secret = token("fleet");
    client nobody = with("");
    const answer first =
        nobody.post("/agents/register", R"({"hostname":"web","authToken":")" + secret + "\"}");
    BOOST_TEST_REQUIRE(first.status == 201U);
    client shared = with(secret);
    const answer again = shared.post("/agents/register", R"({"hostname":"WEB","version":"3"})");
    BOOST_TEST(again.status == 200U);
    BOOST_TEST(again.text("agentId") == first.text("agentId"));
    BOOST_TEST(shared.get(poll_target(first.text("agentId"))).status == 204U);
    BOOST_TEST(shared.get(poll_target(agent)).status == 404U);
}

BOOST_AUTO_TEST_CASE(every_bad_field_of_a_token_is_named) {
    const auto named = [this](const std::string& body, std::vector<std::string> pointers) {
        BOOST_TEST(wrong_in(body) == pointers, boost::test_tools::per_element());
    };
    named(R"({"kind":"agent","name":"","maxUses":0,"expiresAt":"2020-01-01T00:00:00Z"})",
          {"/name", "/agentId", "/maxUses", "/expiresAt"});
    named(R"({"kind":"root","name":"t"})", {"/kind"});
    named(R"({"kind":"fleet","name":"t","agentId":")" + agent + R"(","maxUses":1})",
          {"/agentId", "/maxUses"});
    named(R"({"kind":"boss","agentId":"x","expiresAt":"soon"})",
          {"/kind", "/name", "/agentId", "/expiresAt"});
    const answer nobody = root.post(
        "/tokens", R"({"kind":"agent","name":"t","agentId":"00000000-0000-7000-8000-00000000000a"})");
    BOOST_TEST(nobody.status == 404U);
    BOOST_TEST(nobody.body.at("errors").at(0).at("pointer").as_string() == "/agentId");
}

BOOST_AUTO_TEST_CASE(a_tenant_needs_a_name) {
    const answer refused = root.post("/tenants", R"({"name":""})");
    BOOST_TEST(refused.status == 400U);
    BOOST_TEST(refused.body.at("errors").at(0).at("pointer").as_string() == "/name");
}

BOOST_AUTO_TEST_CASE(uses_are_counted) {
    client enroll = with(token("enroll", R"(,"maxUses":2)"));
    BOOST_TEST_REQUIRE(enroll.post("/agents/register", R"({"hostname":"a"})").status == 201U);
    BOOST_TEST_REQUIRE(enroll.post("/agents/register", R"({"hostname":"a"})").status == 409U);
    const auto used = [this] {
        const answer page = root.get("/tokens");
        for (const auto& each : page.body.at("items").as_array())
            if (each.at("kind").as_string() == "enroll") return each.at("uses").as_int64();
        return std::int64_t{-1};
    };
    BOOST_TEST(used() == 1);
    BOOST_TEST_REQUIRE(enroll.post("/agents/register", R"({"hostname":"b"})").status == 201U);
    BOOST_TEST(used() == 2);
    BOOST_TEST(enroll.post("/agents/register", R"({"hostname":"c"})").status == 401U);
    BOOST_TEST(used() == 2);
}

BOOST_AUTO_TEST_CASE(uses_are_counted_when_many_register_at_once) {
    const std::string secret = token("enroll", R"(,"maxUses":3)");
    std::list<pending_call> calls;
    for (int i = 0; i < 12; ++i)
        calls.emplace_back(*this, server, secret, holdfast::net::verb::post, "/agents/register",
                           R"({"hostname":"host-)" + std::to_string(i) + "\"}");
    int let_in = 0;
    for (pending_call& each : calls) {
        const unsigned status = each.finish().status;
        BOOST_TEST((status == 201U || status == 401U), status);
        let_in += status == 201U ? 1 : 0;
    }
    BOOST_TEST(let_in == 3);
}

BOOST_AUTO_TEST_CASE(an_agents_token_is_replaced_without_a_gap) {
    client enroll = with(token("enroll"));
    const answer first = enroll.post("/agents/register", R"({"hostname":"laptop"})");
    const std::string id = first.text("agentId");
    const answer second = agent_token(id);
    client old_one = with(first.text("token"));
    client new_one = with(second.text("token"));
    BOOST_TEST(old_one.get(poll_target(id)).status == 204U);
    BOOST_TEST(new_one.get(poll_target(id)).status == 204U);
    BOOST_TEST(new_one.get(poll_target(agent)).status == 404U);
    BOOST_TEST(new_one.get("/agents").status == 403U);

    const answer both = root.get("/tokens?agentId=" + id);
    BOOST_TEST_REQUIRE(both.body.at("items").as_array().size() == 2U);
    BOOST_TEST(both.body.at("items").at(0).at("tokenId").as_string() == second.text("tokenId"));
    const std::string first_id(both.body.at("items").at(1).at("tokenId").as_string());
    waiting_poll going(*this, server, "?wait=60", id, first.text("token"));
    waiting_poll staying(*this, server, "?wait=60", id, second.text("token"));
    wait_for_metric("polls_waiting", 2);
    BOOST_TEST(root.call(verb::delete_, "/tokens/" + first_id).status == 204U);
    BOOST_TEST(going.finish().status == 401U);
    const std::string task = make_task(id);
    BOOST_TEST(staying.finish().status == 200U);
    BOOST_TEST(root.get("/tokens?agentId=" + id).body.at("items").as_array().size() == 1U);
}

BOOST_AUTO_TEST_CASE(an_agent_registers_again_by_its_own_token) {
    client enroll = with(token("enroll"));
    const answer first = enroll.post("/agents/register", R"({"hostname":"laptop","os":"linux"})");
    client own = with(first.text("token"));
    const answer again = own.post("/agents/register", R"({"hostname":"LAPTOP","version":"2"})");
    BOOST_TEST_REQUIRE(again.status == 200U);
    BOOST_TEST(again.text("agentId") == first.text("agentId"));
    BOOST_TEST(again.text("token").empty());
    const answer seen = root.get("/agents/" + first.text("agentId"));
    BOOST_TEST(seen.text("version") == "2");
    BOOST_TEST(seen.text("os") == "linux");
    BOOST_TEST(seen.text("hostname") == "laptop");
    BOOST_TEST(own.post("/agents/register", R"({"hostname":"first"})").status == 403U);
    BOOST_TEST(own.post("/agents/register", R"({"hostname":"nobody"})").status == 403U);
    client nobody = with("");
    BOOST_TEST(
        nobody.post("/agents/register", R"({"hostname":"laptop","authToken":")" + first.text("token") + "\"}")
            .status == 200U);
}

BOOST_AUTO_TEST_CASE(a_fleets_token_is_replaced_without_a_gap) {
    client old_one = with(token("fleet"));
    const std::string id = old_one.post("/agents/register", R"({"hostname":"web"})").text("agentId");
    client new_one = with(token("fleet"));
    BOOST_TEST(new_one.get(poll_target(id)).status == 404U);
    const answer again = new_one.post("/agents/register", R"({"hostname":"web"})");
    BOOST_TEST(again.status == 200U);
    BOOST_TEST(again.text("agentId") == id);
    BOOST_TEST(new_one.get(poll_target(id)).status == 204U);
    BOOST_TEST(old_one.get(poll_target(id)).status == 204U);
    client enroll = with(token("enroll"));
    BOOST_TEST_REQUIRE(enroll.post("/agents/register", R"({"hostname":"laptop"})").status == 201U);
    BOOST_TEST(new_one.post("/agents/register", R"({"hostname":"laptop"})").status == 409U);
}

BOOST_AUTO_TEST_CASE(tenants_do_not_see_each_other) {
    const answer made = root.post("/tenants", R"({"name":"other"})");
    BOOST_TEST_REQUIRE(made.status == 201U);
    client other = with(made.text("token"));
    BOOST_TEST(other.get("/agents").body.at("items").as_array().empty());
    BOOST_TEST(other.get("/agents/" + agent).status == 404U);
    BOOST_TEST(other.get("/policies/" + policy).status == 404U);
    const std::string task = make_task(agent);
    BOOST_TEST(other.get("/tasks/" + task).status == 404U);
    BOOST_TEST(other.get(poll_target(agent)).status == 404U);
    BOOST_TEST(other.post("/tasks", task_body(agent, policy)).status == 404U);
}

BOOST_AUTO_TEST_CASE(policies_are_checked_and_secrets_masked) {
    const answer wrong =
        root.post("/policies",
                  R"({"name":"a b","schedule":"@daily","includePaths":["etc"],"repository":{"type":"s3"}})");
    BOOST_TEST(wrong.status == 400U);
    BOOST_TEST(wrong.body.at("errors").as_array().size() == 3U);
    const std::string body = R"({"name":"rest","schedule":"every 6h","includePaths":["/home"],"repository":
        {"type":"rest-server","url":"https://h/x","username":"u","password":"se/cret"}})";
    const answer made = root.post("/policies", body);
    BOOST_TEST_REQUIRE(made.status == 201U);
    BOOST_TEST(root.post("/policies", body).status == 409U);
    const answer seen = root.get("/policies/" + made.text("policyId"));
    BOOST_TEST(seen.body.at("repository").at("password").as_string() == "se/cret");
    client viewer = with(token("viewer"));
    BOOST_TEST(
        viewer.get("/policies/" + made.text("policyId")).body.at("repository").at("password").as_string() ==
        "***");
    const answer task = root.post("/tasks", task_body(agent, made.text("policyId")));
    BOOST_TEST(task.text("repository") == "rest:https://u:se%2Fcret@h/x");
    BOOST_TEST(viewer.get("/tasks/" + task.text("taskId")).text("repository") == "rest:https://u:***@h/x");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(api_tokens_waiting, token_fleet, *boost::unit_test::label("tsan"))

BOOST_AUTO_TEST_CASE(a_revoked_token_ends_its_polls_on_every_server) {
    const server_process second(home);
    client other(context, second, home.root_token());
    const answer doomed = agent_token(agent);
    const answer good = agent_token(agent);
    waiting_poll near(*this, server, "?wait=60&session=near", agent, doomed.text("token"));
    waiting_poll far(*this, second, "?wait=60&session=far", agent, doomed.text("token"));
    waiting_poll near_good(*this, server, "?wait=60", agent, good.text("token"));
    waiting_poll far_good(*this, second, "?wait=60", agent, good.text("token"));
    wait_for_metric("polls_waiting", 2);
    holdfast::test::wait_for_metric(other, "polls_waiting", 2);
    BOOST_TEST_REQUIRE(revoke(doomed) == 204U);
    BOOST_TEST(near.finish().status == 401U);
    BOOST_TEST(near.got.raw.header("WWW-Authenticate") == "Bearer");
    BOOST_TEST(far.finish().status == 401U);
    BOOST_TEST(!near_good.done);
    BOOST_TEST(!far_good.done);
    wait_for_metric("polls_waiting", 1);
    holdfast::test::wait_for_metric(other, "polls_waiting", 1);
    const std::string task = make_task(agent); // is not lost on those that are gone
    until("one of the other polls to be answered", [&] {
        BOOST_TEST_REQUIRE(root.get("/tasks/" + task).status == 200U);
        return near_good.done || far_good.done;
    });
    BOOST_TEST((near_good.done ? near_good.got.status : far_good.got.status) == 200U);
}

BOOST_AUTO_TEST_CASE(a_poll_ends_when_its_token_expires) {
    const answer made = agent_token(agent, R"(,"expiresAt":")" + soon("5 s") + '"');
    waiting_poll poll(*this, server, "?wait=60", agent, made.text("token"));
    waiting_poll sooner(*this, server, "?wait=30"); // than without the expiry
    wait_for_metric("polls_waiting", 2);
    BOOST_TEST(poll.finish().status == 401U);
    BOOST_TEST(!sooner.done);
    BOOST_TEST(with(made.text("token")).get(poll_target(agent)).status == 401U);
}

// The notification of a revocation gets lost with the connection that it would have come by.
BOOST_AUTO_TEST_CASE(a_revocation_that_was_not_heard_of_is_found) {
    const answer made = agent_token(agent);
    waiting_poll poll(*this, server, "?wait=60", agent, made.text("token"));
    waiting_poll by_root(*this, server, "?wait=60");
    wait_for_metric("polls_waiting", 2);
    home.database().execute("UPDATE tokens SET revoked_at = now() WHERE token_id = '" + made.text("tokenId") +
                            "'");
    BOOST_TEST(home.database().kill_sessions() > 0);
    BOOST_TEST(poll.finish().status == 401U);
    answer task;
    until("the connections that were killed to be missed", [&] {
        task = root.post("/tasks", task_body(agent, policy));
        return task.status != 503U;
    });
    BOOST_TEST_REQUIRE(task.status == 201U);
    BOOST_TEST(by_root.finish().status == 200U);
}

BOOST_AUTO_TEST_SUITE_END()
