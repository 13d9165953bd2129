#include "net/router.hpp"

#include <boost/test/unit_test.hpp>

#include <stdexcept>

namespace {

using namespace holdfast;
using net::match;
using net::route;
using net::router;
using net::verb;

awaitable<net::reply> nothing(net::exchange&) {
    co_return net::no_content();
}

route make(verb method, std::string pattern, bool head = true) {
    return {.method = method, .pattern = std::move(pattern), .run = nothing, .head = head};
}

router table() {
    std::vector<route> all;
    all.push_back(make(verb::get, "/"));
    all.push_back(make(verb::get, "/agents/{agentId}"));
    all.push_back(make(verb::patch, "/agents/{agentId}"));
    all.push_back(make(verb::post, "/agents/register"));
    all.push_back(make(verb::get, "/agents/{agentId}/tasks", false));
    all.push_back(make(verb::post, "/agents/{agentId}/tasks/{taskId}/ack"));
    return router(std::move(all));
}

const std::string a = "0190a6e0-0000-7000-8000-00000000000a";
const std::string b = "0190a6e0-0000-7000-8000-00000000000B";

match find(const router& routes, std::optional<verb> method, const std::string& target, bool head = false) {
    result<net::parsed_target> parsed = net::parse_target(target);
    BOOST_TEST_REQUIRE(!!parsed);
    return routes.find(method, head, parsed->segments);
}

} // namespace

BOOST_AUTO_TEST_SUITE(net_router)

BOOST_AUTO_TEST_CASE(finds_routes_and_their_ids) {
    const router routes = table();
    const match ack = find(routes, verb::post, "/agents/" + a + "/tasks/" + b + "/ack?x=1");
    BOOST_TEST_REQUIRE(ack.chosen);
    BOOST_TEST(ack.chosen->name == "POST /agents/{agentId}/tasks/{taskId}/ack");
    BOOST_TEST(to_string(ack.ids.at("agentId")) == a);
    BOOST_TEST(to_string(ack.ids.at(1)) == "0190a6e0-0000-7000-8000-00000000000b");
    BOOST_TEST(to_string(ack.ids.at("taskId")) == to_string(ack.ids.at(1)));
    BOOST_CHECK_THROW(static_cast<void>(ack.ids.at("policyId")), std::out_of_range);
    BOOST_TEST(find(routes, verb::get, "/").chosen->pattern == "/");
    BOOST_TEST(find(routes, verb::get, "/%61gents/" + a).chosen->pattern == "/agents/{agentId}");
}

BOOST_AUTO_TEST_CASE(a_literal_wins_over_a_parameter) {
    const router routes = table();
    BOOST_TEST(find(routes, verb::post, "/agents/register").chosen->pattern == "/agents/register");
    const match wrong = find(routes, verb::get, "/agents/register");
    BOOST_TEST_REQUIRE(wrong.chosen);
    BOOST_TEST(wrong.bad_parameter == "agentId");
}

BOOST_AUTO_TEST_CASE(unknown_paths_and_verbs_differ) {
    const router routes = table();
    for (const std::string path : {"/agents", "/agents/", "//", "/agents/x/y/z"}) BOOST_TEST_CONTEXT(path) {
            const match none = find(routes, verb::get, path);
            BOOST_TEST(!none.chosen);
            BOOST_TEST(none.allow.empty());
        }
    BOOST_TEST(find(routes, verb::put, "/agents/" + a).allow == "GET, HEAD, PATCH");
    BOOST_TEST(find(routes, std::nullopt, "/agents/" + a).allow == "GET, HEAD, PATCH");
    BOOST_TEST(find(routes, verb::get, "/agents/" + a + "/tasks", true).allow == "GET");
    BOOST_TEST((find(routes, verb::get, "/agents/" + a, true).chosen->method == verb::get));
}

BOOST_AUTO_TEST_CASE(refuses_a_table_that_can_not_be_meant) {
    const auto made_of = [](std::vector<route> all) { return router(std::move(all)); };
    BOOST_CHECK_THROW(made_of({make(verb::get, "/a/{x}"), make(verb::get, "/a/{y}")}), std::invalid_argument);
    BOOST_CHECK_THROW(made_of({make(verb::get, "a")}), std::invalid_argument);
    BOOST_CHECK_THROW(made_of({make(verb::get, "/a//b")}), std::invalid_argument);
    BOOST_CHECK_THROW(made_of({make(verb::get, "/{a}/{b}/{c}/{d}")}), std::invalid_argument);
    BOOST_CHECK_THROW(made_of({route{.pattern = "/a"}}), std::invalid_argument);
    BOOST_CHECK_NO_THROW(
        made_of({make(verb::get, "/a/{x}"), make(verb::post, "/a/{x}"), make(verb::get, "/a/b")}));
}

BOOST_AUTO_TEST_CASE(targets) {
    result<net::parsed_target> got = net::parse_target("/a%2Fb/c?x=1&y=a+b%20c&x=2&empty&l=p,,q&l=r");
    BOOST_TEST_REQUIRE(!!got);
    BOOST_TEST(got->segments.size() == 2U);
    BOOST_TEST(got->segments.at(0) == "a/b");
    BOOST_TEST(got->query.text("x").value() == "2");
    BOOST_TEST(got->query.text("y").value() == "a b c");
    BOOST_TEST(got->query.text("empty").value().empty());
    BOOST_TEST(!got->query.text("z").has_value());
    const std::vector<std::string_view> wanted{"p", "q", "r"};
    BOOST_TEST(got->query.list("l") == wanted, boost::test_tools::per_element());
    for (const char* bad : {"", "*", "http://h/x", "h:443", "/a b", "/%zz", "/%00", "/%ff", "/?%ff=1",
                            "/?a=%ed%a0%80", "/?a=%c0%80", "/?a=%f5%80%80%80", "/?a=%e2%82"})
        BOOST_TEST_CONTEXT(bad) {
            BOOST_TEST(!net::parse_target(bad));
        }
    for (const char* good : {"/", "/%e2%82%ac", "/?a=%f0%9f%98%80", "/?", "/a?b=c?d/e"})
        BOOST_TEST_CONTEXT(good) {
            BOOST_TEST(!!net::parse_target(good));
        }
}

BOOST_AUTO_TEST_CASE(typed_parameters) {
    result<net::parsed_target> got =
        net::parse_target("/?n=7&low=-1&big=99999999999999999999&half=1.5&t=true&u=" + a);
    BOOST_TEST_REQUIRE(!!got);
    const net::query_parameters& query = got->query;
    BOOST_TEST(*query.integer("n", 1, 10, 3) == 7);
    BOOST_TEST(*query.integer("absent", 1, 10, 3) == 3);
    for (const char* name : {"low", "big", "half", "t"}) {
        const result<std::int64_t> bad = query.integer(name, 0, 10, 3);
        BOOST_TEST_REQUIRE(!bad);
        BOOST_TEST(bad.error().detail() == std::string(name) + " must be an integer from 0 to 10");
        BOOST_TEST(bad.error().fields().at(0).pointer == name);
    }
    BOOST_TEST(*query.flag("t", false));
    BOOST_TEST(*query.flag("absent", true));
    BOOST_TEST(!query.flag("n", false));
    BOOST_TEST(to_string((*query.id<agent_id>("u")).value()) == a);
    BOOST_TEST(!(*query.id<agent_id>("absent")).has_value());
    BOOST_TEST(!query.id<agent_id>("n"));
}

BOOST_AUTO_TEST_CASE(kept_headers) {
    net::request one;
    one.set_target("/a?b=c");
    one.set(net::header::authorization, "Bearer x");
    one.set(net::header::user_agent, "a\x01\xFF");
    one.set(net::header::user_agent, "later");
    BOOST_TEST(one.target() == "/a?b=c");
    BOOST_TEST(one.path() == "/a");
    BOOST_TEST(one.header(net::header::authorization) == "Bearer x");
    BOOST_TEST(one.header(net::header::user_agent) == "a??");
    BOOST_TEST(one.header(net::header::prefer).empty());
    one.forget(net::header::authorization);
    BOOST_TEST(one.header(net::header::authorization).empty());
    BOOST_TEST(one.header(net::header::user_agent) == "a??");
}

BOOST_AUTO_TEST_SUITE_END()
