// The real program under abuse: one address is refused while another is served.
#include "test/support/server.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace {

using namespace holdfast::test;
using holdfast::asio::ip::address_v4;
using holdfast::asio::ip::tcp;

const holdfast::asio::ip::address stranger = holdfast::asio::ip::make_address("127.0.0.2");

struct limited_fleet : fleet {
    // One core, as each counts for itself.
    explicit limited_fleet(std::vector<std::string> limits) : fleet(on_one_core(std::move(limits))) {}

    std::string token(const std::string& kind) {
        return root.post("/tokens", R"({"kind":")" + kind + R"(","name":"t"})").text("token");
    }

    std::unique_ptr<client> from_stranger(const std::string& token) {
        auto out = std::make_unique<client>(context, server, token);
        out->from(stranger);
        return out;
    }

    void expect_refusals(const std::string& limit) {
        const std::string page = root.get("/metrics").raw.body;
        const std::string line = "\nhttp_refusals_total{limit=\"" + limit + "\"} ";
        const std::size_t found = page.find(line);
        BOOST_TEST_REQUIRE(found != std::string::npos);
        BOOST_TEST(std::stod(page.substr(found + line.size())) > 0);
    }

    void expect_one_line_about_stranger() {
        const std::string log = server.log();
        const std::size_t first = log.find("127.0.0.2");
        BOOST_TEST(first != std::string::npos);
        BOOST_TEST(log.find("127.0.0.2", first + 1) == std::string::npos, log);
    }

private:
    static std::vector<std::string> on_one_core(std::vector<std::string> words) {
        words.insert(words.end(), {"--cores", "1"});
        return words;
    }
};

void expect_too_many(const answer& got) {
    BOOST_TEST(got.status == 429U);
    BOOST_TEST(got.text("code") == "too_many_requests");
    BOOST_TEST(std::stoi("0" + std::string(got.raw.header("Retry-After"))) >= 1);
}

// Asks until it is refused. A flood that is too slow for the limit would be a test of nothing: that is a
// failure.
template <class Ask> answer flood(Ask ask) {
    constexpr int requests_max = 3000;
    for (int i = 0; i < requests_max; ++i) {
        answer got = ask();
        if (got.status == 429) return got;
    }
    BOOST_FAIL("nothing was refused");
    return {};
}

} // namespace

BOOST_AUTO_TEST_SUITE(caller_limits)

BOOST_AUTO_TEST_CASE(a_flood_of_one_address_is_refused_and_another_is_served) {
    limited_fleet f({"--requests-per-address", "10"});
    const auto attacker = f.from_stranger("");
    expect_too_many(flood([&] { return attacker->get("/healthz"); }));
    expect_too_many(flood([&] { return attacker->get("/nowhere"); }));
    BOOST_TEST(f.root.get("/agents").status == 200U);
    f.expect_refusals("requests_per_address");
    f.expect_one_line_about_stranger();
}

BOOST_AUTO_TEST_CASE(a_token_that_is_used_too_often_is_refused_and_another_is_served) {
    limited_fleet f({"--requests-per-token", "10"});
    const auto hurried = f.from_stranger(f.token("viewer"));
    expect_too_many(flood([&] { return hurried->get("/agents"); }));
    const auto calm = f.from_stranger(f.token("viewer"));
    BOOST_TEST(calm->get("/agents").status == 200U);
    BOOST_TEST(f.root.get("/agents").status == 200U);
    f.expect_refusals("requests_per_token");
}

BOOST_AUTO_TEST_CASE(wrong_tokens_are_slowed_in_header_and_body_while_right_ones_are_served) {
    limited_fleet f({"--wrong-tokens-per-address", "5"});
    const auto neighbour = f.from_stranger(f.token("viewer"));
    BOOST_TEST(neighbour->get("/agents").status == 200U);
    const std::string guess = f.home.root_token().substr(0, f.home.root_token().size() - 4) + "AAAA";
    const auto attacker = f.from_stranger(guess);
    for (int i = 0; i < 5; ++i) BOOST_TEST(attacker->get("/agents").status == 401U);
    expect_too_many(attacker->get("/agents"));
    const auto unnamed = f.from_stranger("");
    expect_too_many(unnamed->post("/agents/register", R"({"hostname":"h","authToken":")" + guess + "\"}"));
    BOOST_TEST(unnamed->get("/agents").status == 401U); // no token, nothing to look up
    BOOST_TEST(neighbour->get("/agents").status == 200U);
    client elsewhere(f.context, f.server, guess);
    BOOST_TEST(elsewhere.get("/agents").status == 401U);
    f.expect_refusals("wrong_tokens_per_address");
    f.expect_one_line_about_stranger();
}

BOOST_AUTO_TEST_CASE(wrong_tokens_in_the_body_count_too) {
    limited_fleet f({"--wrong-tokens-per-address", "2"});
    const auto attacker = f.from_stranger("");
    const std::string body = R"({"hostname":"h","authToken":"guess"})";
    for (int i = 0; i < 2; ++i) BOOST_TEST(attacker->post("/agents/register", body).status == 401U);
    expect_too_many(attacker->post("/agents/register", body));
}

BOOST_AUTO_TEST_CASE(connections_of_one_address_are_bounded_and_another_is_served) {
    limited_fleet f({"--connections-per-address", "3"});
    std::vector<std::unique_ptr<client>> held;
    for (int i = 0; i < 3; ++i) {
        held.push_back(f.from_stranger(""));
        BOOST_TEST(held.back()->get("/healthz").status == 200U);
    }
    const auto one_more = f.from_stranger("");
    BOOST_TEST(one_more->get("/healthz").status == 0U);
    BOOST_TEST(held.front()->get("/healthz").status == 200U);
    BOOST_TEST(f.root.get("/agents").status == 200U);
    f.expect_refusals("connections_per_address");
    held.front()->hang_up();
    wait_for_metric(f.root, "http_connections", 3);
    BOOST_TEST(one_more->get("/healthz").status == 200U);
    f.expect_one_line_about_stranger();
}

// A hundred handshakes at once, one in a second after that: each takes a connection of its own.
BOOST_AUTO_TEST_CASE(handshakes_of_one_address_are_bounded_and_another_is_served) {
    limited_fleet f({"--handshakes-per-address", "1"});
    const auto regular = f.from_stranger("");
    BOOST_TEST(regular->get("/healthz").status == 200U);
    const auto attacker = f.from_stranger("");
    const auto is_served = [&] { return attacker->get("/healthz").status == 200; };
    until("the attacker is turned away", [&] {
        attacker->hang_up();
        return !is_served();
    });
    BOOST_TEST(regular->get("/healthz").status == 200U); // it has had its handshake
    client elsewhere(f.context, f.server, f.home.root_token());
    BOOST_TEST(elsewhere.get("/agents").status == 200U);
    f.expect_refusals("handshakes_per_address");
    f.expect_one_line_about_stranger();
    until("the attacker may come again", is_served);
}

// Each address is worth a line, all of them together are not.
BOOST_AUTO_TEST_CASE(refusals_of_many_addresses_do_not_flood_the_log) {
    constexpr std::uint32_t addresses = 150;
    limited_fleet f({"--connections-per-address", "3"});
    std::vector<tcp::socket> held;
    std::uint32_t address = 0x7f010000;
    const auto be_refused = [&] {
        ++address;
        for (int connections = 0; connections < 4; ++connections) {
            held.emplace_back(f.context, tcp::endpoint(address_v4(address), 0));
            held.back().connect({address_v4::loopback(), f.server.port()});
        }
    };
    for (std::uint32_t i = 0; i < addresses; ++i) be_refused();
    wait_for_metric(f.root, "http_refusals_total{limit=\"connections_per_address\"}", addresses);
    until("a line says how many were left out", [&] {
        be_refused();
        return f.server.log().find(" left_out=") != std::string::npos;
    });
    const std::string log = f.server.log();
    std::uint32_t lines = 0;
    for (std::size_t at = 0; (at = log.find("a caller is refused", at)) != std::string::npos; ++at) ++lines;
    BOOST_TEST(lines < addresses);
}

BOOST_AUTO_TEST_CASE(without_limits_nothing_is_refused) {
    limited_fleet f({"--connections-per-address", "0", "--handshakes-per-address", "0",
                     "--requests-per-address", "0", "--requests-per-token", "0", "--wrong-tokens-per-address",
                     "0"});
    const auto attacker = f.from_stranger("guess");
    for (int i = 0; i < 300; ++i) BOOST_TEST(attacker->get("/agents").status == 401U);
}

BOOST_AUTO_TEST_SUITE_END()
