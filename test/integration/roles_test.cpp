// Every call of the API's own description by every kind of token of two tenants.
#include "test/support/server.hpp"

#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace {

using namespace holdfast::test;
using holdfast::net::verb;
namespace json = boost::json;

struct operation {
    verb method;
    std::string path;
    std::set<std::string> kinds; // that may call it; empty: anybody, without a token
};

const std::map<std::string, verb> methods = {{"get", verb::get},
                                             {"post", verb::post},
                                             {"put", verb::put},
                                             {"patch", verb::patch},
                                             {"delete", verb::delete_}};

std::vector<operation> operations_of(const json::object& document) {
    std::vector<operation> out;
    for (const auto& path : document.at("paths").as_object())
        for (const auto& each : path.value().as_object()) {
            const auto method = methods.find(std::string(each.key()));
            if (method == methods.end()) continue;
            operation made{method->second, std::string(path.key()), {}};
            if (const json::value* kinds = each.value().as_object().if_contains("x-tokens"))
                for (const json::value& kind : kinds->as_array()) made.kinds.emplace(kind.as_string());
            out.push_back(std::move(made));
        }
    return out;
}

// What the ids in a path are replaced with.
struct ids {
    std::string agent, task, policy, token;

    [[nodiscard]] std::string in(std::string path) const {
        const bool poll = path == "/agents/{agentId}/tasks";
        const std::pair<std::string_view, const std::string*> all[] = {
            {"{agentId}", &agent}, {"{taskId}", &task}, {"{policyId}", &policy}, {"{tokenId}", &token}};
        for (const auto& [name, id] : all)
            if (const std::size_t at = path.find(name); at != std::string::npos)
                path.replace(at, name.size(), *id);
        return path + (poll ? "?wait=0" : "");
    }
};

const std::map<std::string, std::string> bodies = {
    {"/agents/{agentId}/heartbeat", R"({"version":"1","os":"linux"})"},
    {"/agents/{agentId}/tasks/{taskId}/log", R"({"offset":0,"text":"x"})"},
    {"/agents/{agentId}/tasks/{taskId}/result", R"({"status":"completed"})"},
    {"/agents/{agentId}/task-results", R"({"taskId":"TASK","status":"completed"})"}};

const ids of_nobody{"01900000-0000-7000-8000-000000000001", "01900000-0000-7000-8000-000000000002",
                    "01900000-0000-7000-8000-000000000003", "01900000-0000-7000-8000-000000000004"};

const std::set<std::string> of_one_request{"X-Request-Id", "Date"};

// Status, headers and body, without what is of one request alone.
std::string without_its_own(const answer& got) {
    json::value body = got.body;
    if (json::object* problem = body.if_object()) {
        problem->erase("requestId");
        problem->erase("instance");
    }
    std::string out = std::to_string(got.status) + " " + json::serialize(body);
    for (const auto& [name, value] : got.raw.headers)
        out += '\n' + name + ": " + (of_one_request.contains(name) ? "" : value);
    return out;
}

struct two_tenants : fleet {
    two_tenants() : fleet({"--wrong-tokens-per-address", "0"}) {
        ours = {agent, make_task(agent), policy,
                root.post("/tokens", R"({"kind":"viewer","name":"x"})").text("tokenId")};
        client admin(context, server, root.post("/tenants", R"({"name":"other"})").text("token"));
        theirs = admin.call(verb::post, "/agents/register", R"({"hostname":"web"})").text("agentId");
        add_kinds(root, agent, our);
        add_kinds(admin, theirs, their);
        our["root"] = home.root_token();
        other_agent = register_agent("another");
        BOOST_TEST_REQUIRE(!theirs.empty());
        operations = operations_of(root.get("/openapi.json").body.as_object());
        BOOST_TEST_REQUIRE(operations.size() > 40U);
    }

    void add_kinds(client& by, const std::string& of, std::map<std::string, std::string>& to) {
        for (const std::string kind : {"admin", "operator", "viewer", "enroll", "agent", "fleet"}) {
            const std::string whose = kind == "agent" ? R"(,"agentId":")" + of + '"' : "";
            to[kind] =
                by.post("/tokens", R"({"kind":")" + kind + R"(","name":"t")" + whose + "}").text("token");
            BOOST_TEST_REQUIRE(!to[kind].empty());
        }
    }

    // Of our tenant, made and then spoilt.
    std::string spoilt(const std::string& how) {
        const answer made = root.post("/tokens", R"({"kind":"admin","name":"t"})");
        home.database().execute("UPDATE tokens SET " + how + " WHERE token_id = '" + made.text("tokenId") +
                                "'");
        return made.text("token");
    }

    // With a body that agents send, so that it is the caller that is judged.
    answer ask(client& by, const operation& what, const ids& of) {
        const auto sent = bodies.find(what.path);
        std::string body = sent == bodies.end() ? "{}" : sent->second;
        if (what.method == verb::get || what.method == verb::delete_) body.clear();
        if (const std::size_t at = body.find("TASK"); at != std::string::npos) body.replace(at, 4, of.task);
        return by.call(what.method, of.in(what.path), body);
    }

    client with(const std::string& token) { return client(context, server, token); }

    ids ours;
    std::string theirs; // their agent
    std::string other_agent;
    std::map<std::string, std::string> our, their; // tokens by kind
    std::vector<operation> operations;
};

std::string words_of(const operation& what) {
    return std::string(holdfast::net::name_of(what.method)) + ' ' + what.path;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(roles, two_tenants)

BOOST_AUTO_TEST_CASE(without_a_good_token_there_is_nothing_but_what_is_for_anybody) {
    const std::map<std::string, std::string> wrong = {
        {"none", ""},
        {"wrong", home.root_token().substr(0, home.root_token().size() - 1) + "_"},
        {"expired", spoilt("expires_at = now() - interval '1 hour'")},
        {"revoked", spoilt("revoked_at = now()")}};
    for (const auto& [name, token] : wrong) {
        client caller = with(token);
        for (const operation& what : operations) {
            if (what.path == "/agents/register" && token.empty()) continue; // its token may be in the body
            const answer got = ask(caller, what, of_nobody);
            const bool refused = got.status == 401U;
            BOOST_TEST(refused == !what.kinds.empty(), words_of(what) << ", " << name << ": " << got.status);
        }
    }
}

BOOST_AUTO_TEST_CASE(each_kind_may_what_the_description_says) {
    for (const auto& [kind, token] : our) {
        client caller = with(token);
        for (const operation& what : operations) {
            const answer got = ask(caller, what, of_nobody);
            const bool may = what.kinds.empty() || what.kinds.contains(kind);
            BOOST_TEST((got.status == 403U) == !may, words_of(what) << ", " << kind << ": " << got.status);
            BOOST_TEST(got.status != 401U, words_of(what) << ", " << kind);
            BOOST_TEST(got.status < 500U, words_of(what) << ", " << kind);
        }
    }
}

BOOST_AUTO_TEST_CASE(an_agent_is_itself_alone) {
    client caller = with(our["agent"]);
    ids another = ours;
    another.agent = other_agent;
    for (const operation& what : operations) {
        if (!what.kinds.contains("agent") || what.path.find("{agentId}") == std::string::npos) continue;
        BOOST_TEST(ask(caller, what, another).status == 404U, words_of(what));
        if (what.method == verb::get) BOOST_TEST(ask(caller, what, ours).status < 300U, words_of(what));
    }
}

// What another tenant has is answered as what nobody has.
BOOST_AUTO_TEST_CASE(tenants_do_not_see_each_other) {
    for (const auto& [kind, token] : their) {
        client caller = with(token);
        for (const operation& what : operations) {
            if (what.path.find('{') == std::string::npos) continue;
            const answer foreign = ask(caller, what, ours);
            BOOST_TEST(without_its_own(foreign) == without_its_own(ask(caller, what, of_nobody)),
                       words_of(what) << ", " << kind);
            BOOST_TEST(foreign.status >= 400U, words_of(what) << ", " << kind);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
