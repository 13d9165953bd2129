// Tokens, tenants, agents and policies, on the real program.
#include "test/support/server.hpp"

#include <boost/test/unit_test.hpp>

using holdfast::net::verb;
using holdfast::test::answer;
using holdfast::test::client;
using holdfast::test::fleet;
using holdfast::test::task_body;

namespace {

struct token_fleet : fleet {
    std::string token(const std::string& kind, const std::string& more = "") {
        return root.post("/tokens", R"({"kind":")" + kind + R"(","name":"t")" + more + "}").text("token");
    }

    client with(const std::string& secret) { return client(context, server, secret); }
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
    for (int i = 0; viewer.get("/agents").status != 401U; ++i)
        BOOST_TEST_REQUIRE(i < 1000); // the other core hears of it
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
