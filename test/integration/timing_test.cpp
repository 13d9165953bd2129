// What the time of an answer tells: nothing of what others have, and nothing of why a token is refused.
#include "test/support/rank_test.hpp"
#include "test/support/server.hpp"
#include "test/support/tls.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cmath>
#include <random>
#include <string>
#include <vector>

namespace {

using namespace holdfast::test;

constexpr int warm_up_rounds = 20;
// One in 500 million comparisons of what is the same goes beyond this; the unit tests of the rank test show
// what is seen.
constexpr double deviation_max = 6;

struct two_tenants : fleet {
    two_tenants()
        : fleet({"--wrong-tokens-per-address", "0", "--requests-per-address", "0", "--cores", "1"}),
          wire(server.port(), 0, home.file("ca.pem")) {
        client other(context, server, root.post("/tenants", R"({"name":"other"})").text("token"));
        admin = other.post("/tokens", R"({"kind":"admin","name":"t"})").text("token");
        BOOST_TEST_REQUIRE(!admin.empty());
    }

    std::string request(const std::string& line, const std::string& token, const std::string& body = "") {
        return line + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + token +
               "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
               "\r\n\r\n" + body;
    }

    double time_of(const std::string& request, unsigned status) {
        const auto begun = std::chrono::steady_clock::now();
        const http_answer got = wire.ask(request);
        const auto ended = std::chrono::steady_clock::now();
        BOOST_TEST_REQUIRE(got.status == status, request << got.body);
        return std::chrono::duration<double>(ended - begun).count();
    }

    // Both are asked in each round, in an order that a coin says: whatever else goes on meets both alike.
    void expect_same_times(const std::string& a, const std::string& b, unsigned status, int rounds) {
        std::vector<double> times_of_a;
        std::vector<double> times_of_b;
        for (int i = 0; i < warm_up_rounds + rounds; ++i) {
            const bool a_first = coin_(random_);
            const double first = time_of(a_first ? a : b, status);
            const double second = time_of(a_first ? b : a, status);
            if (i < warm_up_rounds) continue;
            times_of_a.push_back(a_first ? first : second);
            times_of_b.push_back(a_first ? second : first);
        }
        const double deviation = rank_deviation(times_of_a, times_of_b);
        BOOST_TEST_MESSAGE(deviation << " of " << deviation_max << ": " << a.substr(0, a.find('\r')));
        BOOST_TEST(std::abs(deviation) < deviation_max, a << "\nand\n" << b << "\ntake different times");
    }

    // A token of ours, made and then spoilt.
    std::string spoilt(const std::string& how) {
        const answer made = root.post("/tokens", R"({"kind":"viewer","name":"t"})");
        home.database().execute("UPDATE tokens SET " + how + " WHERE token_id = '" + made.text("tokenId") +
                                "'");
        return made.text("token");
    }

    std::string admin; // token of the other tenant
    tls_client wire;

private:
    std::mt19937_64 random_{1};
    std::bernoulli_distribution coin_;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(timing, two_tenants)

BOOST_AUTO_TEST_CASE(what_another_tenant_has_takes_as_long_as_what_nobody_has) {
    const std::string nobody = "01900000-0000-7000-8000-000000000001";
    const std::string task = make_task(agent);
    const std::string token = root.post("/tokens", R"({"kind":"viewer","name":"x"})").text("tokenId");

    struct call {
        std::string before, id, after, body;
    };

    const std::vector<call> calls = {
        {"GET /agents/", agent, "", ""},
        {"GET /agents/", agent, "/tasks?wait=0", ""},
        {"POST /agents/", agent, "/heartbeat", R"({"version":"1","os":"linux"})"},
        {"GET /tasks/", task, "", ""},
        {"GET /tasks/", task, "/log", ""},
        {"POST /tasks/", task, "/cancel", "{}"},
        {"GET /policies/", policy, "", ""},
        {"DELETE /policies/", policy, "", ""},
        {"DELETE /tokens/", token, "", ""},
    };
    for (const call& each : calls)
        expect_same_times(request(each.before + each.id + each.after, admin, each.body),
                          request(each.before + nobody + each.after, admin, each.body), 404, 250);
}

// The database takes some microseconds longer to see that a row does not count than that there is none: who
// holds a token that was revoked may learn that. That one more question was asked would show in few rounds.
BOOST_AUTO_TEST_CASE(tokens_of_one_shape_are_refused_after_the_same_time) {
    std::string unknown = home.root_token();
    for (std::size_t at = unknown.size() - 4; at < unknown.size(); ++at)
        unknown[at] = unknown[at] == 'A' ? 'B' : 'A';
    for (const std::string how : {"revoked_at = now()", "expires_at = now() - interval '1 hour'"})
        expect_same_times(request("GET /agents", spoilt(how)), request("GET /agents", unknown), 401, 80);
}

BOOST_AUTO_TEST_SUITE_END()
