// What every call refuses alike. The calls, and which of them refuse what, are read from the description that
// the server itself serves.
#include "test/support/server.hpp"

#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace bj = boost::json;

using holdfast::net::header_list;
using holdfast::net::verb;
using holdfast::net::verb_from;
using holdfast::test::answer;
using holdfast::test::client;
using holdfast::test::fleet;
using holdfast::test::own_postgres;
using holdfast::test::pending_call;

namespace {

struct call {
    std::string name; // "GET /agents/{agentId}"
    verb method = verb::get;
    std::string path;
    std::string body; // the first example
    bj::object what;

    [[nodiscard]] bool may_be_answered(std::string_view status) const {
        return what.at("responses").as_object().contains(status);
    }

    [[nodiscard]] bool lets_in(std::string_view kind) const {
        const auto& kinds = what.at("x-tokens").as_array();
        return std::ranges::any_of(kinds, [&](const bj::value& each) { return each.as_string() == kind; });
    }

    // With this in the place of every id.
    [[nodiscard]] std::string target(std::string_view id) const {
        std::string out = path;
        for (std::size_t at = out.find('{'); at != std::string::npos; at = out.find('{'))
            out.replace(at, out.find('}') + 1 - at, id);
        return out;
    }
};

constexpr std::string_view nobody = "01890000-0000-7000-8000-000000000000";

std::string example_of(const bj::object& described) {
    const auto* body = described.if_contains("requestBody");
    if (body == nullptr) return "";
    const auto& examples = body->at("content").at("application/json").at("examples").as_object();
    const auto* value = examples.begin()->value().as_object().if_contains("value");
    return value != nullptr ? bj::serialize(*value) : "{}";
}

std::string upper(std::string_view name) {
    std::string out(name);
    for (char& c : out)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return out;
}

std::vector<call> calls_in(const bj::value& document) {
    std::vector<call> out;
    for (const auto& [path, item] : document.at("paths").as_object())
        for (const auto& [word, described] : item.as_object()) {
            const std::string name = upper(word);
            const auto method = verb_from(name);
            if (!method) continue;
            const bj::object& what = described.as_object();
            out.push_back(
                {name + ' ' + std::string(path), *method, std::string(path), example_of(what), what});
        }
    return out;
}

struct described_fleet : fleet {
    explicit described_fleet(const std::string& postgres = holdfast::test::server_dsn())
        : fleet({}, postgres), calls(calls_in(root.get("/openapi.json").body)) {
        BOOST_TEST_REQUIRE(calls.size() > 1U);
    }

    client with(const std::string& secret) { return {context, server, secret}; }

    std::string token(const std::string& kind) {
        return root.post("/tokens", R"({"kind":")" + kind + R"(","name":"t"})").text("token");
    }

    // Of the calls that may be answered so, each asked; the number of them.
    template <class Ask> std::size_t expect(unsigned status, Ask ask) {
        std::size_t count = 0;
        for (const call& each : calls) {
            if (!each.may_be_answered(std::to_string(status))) continue;
            const answer got = ask(each);
            BOOST_TEST(got.status == status, each.name << ": " << got.status << ' ' << got.raw.body);
            BOOST_TEST(got.raw.header("Content-Type") == "application/problem+json");
            ++count;
        }
        return count;
    }

    std::vector<call> calls;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(api_refusals, described_fleet)

BOOST_AUTO_TEST_CASE(nobody_is_let_in_without_a_token) {
    client stranger = with("");
    const std::size_t count = expect(
        401, [&](const call& each) { return stranger.call(each.method, each.target(nobody), each.body); });
    BOOST_TEST(count > 30U);
}

BOOST_AUTO_TEST_CASE(a_token_of_another_kind_is_refused) {
    client viewer = with(token("viewer"));
    client enroll = with(token("enroll"));
    const std::size_t count = expect(403, [&](const call& each) {
        client& wrong = each.lets_in("viewer") ? enroll : viewer;
        return wrong.call(each.method, each.target(nobody), each.body);
    });
    BOOST_TEST(count > 30U);
}

BOOST_AUTO_TEST_CASE(an_id_that_is_none_is_named) {
    const std::size_t count = expect(400, [&](const call& each) {
        if (each.target("x") != each.path) return root.call(each.method, each.target("x"), each.body);
        if (each.method == verb::get) return root.get(each.path + "?limit=0&wait=-1");
        return root.call(each.method, each.path, "[]");
    });
    BOOST_TEST(count > 30U);
}

BOOST_AUTO_TEST_CASE(a_method_that_a_path_has_not_is_answered_with_those_it_has) {
    const auto has = [this](const std::string& path, verb method) {
        return std::ranges::any_of(
            calls, [&](const call& each) { return each.path == path && each.method == method; });
    };
    const std::size_t count = expect(405, [&](const call& each) {
        const verb other = has(each.path, verb::put) ? verb::patch : verb::put;
        BOOST_TEST_REQUIRE(!has(each.path, other));
        answer got = root.call(other, each.target(nobody));
        const std::string allowed(got.raw.header("Allow"));
        BOOST_TEST(allowed.find(name_of(each.method)) != std::string::npos, each.name << ": " << allowed);
        return got;
    });
    BOOST_TEST(count == calls.size());
}

BOOST_AUTO_TEST_CASE(a_body_that_is_too_long_is_not_read) {
    const std::string longer(std::size_t{1024} * 1024 + 1, ' ');
    const std::size_t count =
        expect(413, [&](const call& each) { return root.call(each.method, each.target(nobody), longer); });
    BOOST_TEST(count > 10U);
}

BOOST_AUTO_TEST_CASE(a_body_that_is_not_json_is_refused) {
    const header_list text{{"Content-Type", "text/plain"}};
    const std::size_t count = expect(
        415, [&](const call& each) { return root.call(each.method, each.target(nobody), each.body, text); });
    BOOST_TEST(count > 10U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(api_refusals_without_a_database)

BOOST_AUTO_TEST_CASE(no_call_is_left_without_an_answer) {
    const own_postgres database;
    described_fleet f(database.dsn());
    std::erase_if(f.calls, [](const call& each) { return !each.may_be_answered("503"); });
    const std::string unheard_of = f.token("admin"); // of which nothing is cached
    database.crash();
    std::vector<std::unique_ptr<pending_call>> asked;
    for (const call& each : f.calls)
        asked.push_back(std::make_unique<pending_call>(f, f.server, unheard_of, each.method,
                                                       each.target(nobody), each.body));
    for (std::size_t i = 0; i < asked.size(); ++i) {
        const answer& got = asked[i]->finish();
        BOOST_TEST(got.status == 503U, f.calls[i].name << ": " << got.status << ' ' << got.raw.body);
        BOOST_TEST(!got.raw.header("Retry-After").empty());
    }
    BOOST_TEST(asked.size() > 30U);
    database.start();
}

BOOST_AUTO_TEST_SUITE_END()
