// Client certificates instead of agents' tokens: whom they let in, and when no longer.
#include "net/client_certificate.hpp"
#include "test/support/server.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <cstdlib>
#include <string>
#include <vector>

using namespace holdfast;
using test::answer;
using test::client;
using test::installation;
using test::server_process;
using test::until;

namespace {

const std::string default_tenant = "00000000-0000-7000-8000-000000000001";

struct world {
    asio::io_context context{1};
    installation home;
    std::string authority = home.file("agents");
    bool made = certs("list " + authority);
    server_process server{home,
                          {"--trust-domain", "example.org", "--client-ca", authority + "/agents-ca.pem",
                           "--client-crl", authority + "/agents.crl"}};
    client root{context, server, home.root_token()};
    std::string agent = registered("web-01");
    std::string other = registered("web-02");

    static bool certs(const std::string& words) {
        const std::string line =
            std::string(std::getenv("HOLDFAST_SOURCE")) + "/scripts/agent-certs " + words;
        BOOST_REQUIRE(std::system(line.c_str()) == 0); // NOLINT(concurrency-mt-unsafe)
        return true;
    }

    std::string registered(const std::string& hostname) {
        return root.post("/agents/register", R"({"hostname":")" + hostname + R"("})").text("agentId");
    }

    [[nodiscard]] net::own_certificate certificate(const std::string& of_agent) const {
        return {authority + "/" + of_agent + ".pem", authority + "/" + of_agent + ".key"};
    }

    net::own_certificate issue(const std::string& to_agent, const std::string& domain = "example.org",
                               const std::string& tenant = default_tenant) {
        certs("issue " + authority + " " + domain + " " + tenant + " " + to_agent);
        return certificate(to_agent);
    }

    void reload() {
        const std::size_t seen = server.log().size();
        ::kill(server.pid(), SIGHUP);
        until("the certificates to be reloaded",
              [&] { return server.log().find("certificates reloaded", seen) != std::string::npos; });
    }

    static std::string tasks_of(const std::string& agent_id) { return "/agents/" + agent_id + "/tasks"; }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(mutual_tls, world)

BOOST_AUTO_TEST_CASE(a_certificate_stands_in_for_its_agents_token) {
    client bearer(context, server, "", issue(agent));
    BOOST_TEST(bearer.get(tasks_of(agent)).status == 204U);
    BOOST_TEST(
        bearer
            .post(
                "/agents/" + agent + "/heartbeat",
                R"({"version":"1.4.0","os":"linux","arch":"amd64","uptimeSeconds":1,"disks":[],"lastBackupStatus":"none"})")
            .status == 200U);
    BOOST_TEST(bearer.get(tasks_of(other)).status == 404U); // another agent's, as if it were not there
    BOOST_TEST(bearer.get("/agents").status == 403U);       // for operators
    BOOST_TEST(bearer.post("/agents/register", R"({"hostname":"x"})").status == 401U);
    BOOST_TEST(root.get("/agents/" + agent).text("status") == "online");
}

BOOST_AUTO_TEST_CASE(nobody_needs_one_and_a_token_comes_first) {
    client without(context, server, "");
    BOOST_TEST(without.get(tasks_of(agent)).status == 401U);
    BOOST_TEST(without.get("/healthz").status == 200U);
    client both(context, server, home.root_token(), issue(agent));
    BOOST_TEST(both.get("/agents").status == 200U);
    client wrong(context, server, "hf_wrong", issue(other));
    BOOST_TEST(wrong.get(tasks_of(other)).status == 401U);
}

BOOST_AUTO_TEST_CASE(other_names_are_nobody) {
    client elsewhere(context, server, "", issue(agent, "example.com"));
    BOOST_TEST(elsewhere.get(tasks_of(agent)).status == 401U);
    client of_another_tenant(context, server, "",
                             issue(agent, "example.org", "00000000-0000-7000-8000-000000000002"));
    BOOST_TEST(of_another_tenant.get(tasks_of(agent)).status == 401U);
    const std::string nobody = "01a2149e-e8a0-7001-ae7c-70cc6acf9c02";
    client unknown(context, server, "", issue(nobody));
    BOOST_TEST(unknown.get(tasks_of(nobody)).status == 401U);
    // Also where the agent of that id was just let in with the right tenant.
    client right(context, server, "", issue(agent));
    BOOST_TEST(right.get(tasks_of(agent)).status == 204U);
    client again(context, server, "", issue(agent, "example.org", "00000000-0000-7000-8000-000000000002"));
    BOOST_TEST(again.get(tasks_of(agent)).status == 401U);
}

BOOST_AUTO_TEST_CASE(another_authority_is_refused_in_the_handshake) {
    certs("issue " + home.file("strangers") + " example.org " + default_tenant + " " + agent);
    client stranger(context, server, "",
                    {home.file("strangers/" + agent + ".pem"), home.file("strangers/" + agent + ".key")});
    BOOST_TEST(stranger.get(tasks_of(agent)).status == 0U);
    BOOST_TEST(root.get("/healthz").status == 200U);
}

BOOST_AUTO_TEST_CASE(a_revoked_one_is_nobody_on_open_connections_too) {
    client bearer(context, server, "", issue(agent));
    client neighbour(context, server, "", issue(other));
    BOOST_TEST(bearer.get(tasks_of(agent)).status == 204U);
    BOOST_TEST(neighbour.get(tasks_of(other)).status == 204U);
    certs("revoke " + authority + " " + agent);
    BOOST_TEST(bearer.get(tasks_of(agent)).status == 204U); // the server was not told yet
    reload();
    until("the list to be in force on every core",
          [&] { return bearer.get(tasks_of(agent)).status == 401U; });
    BOOST_TEST(neighbour.get(tasks_of(other)).status == 204U);
    client anew(context, server, "", certificate(agent));
    BOOST_TEST(anew.get(tasks_of(agent)).status == 0U);
}

BOOST_AUTO_TEST_CASE(a_deleted_agents_certificate_is_nobodys) {
    client bearer(context, server, "", issue(agent));
    BOOST_TEST(bearer.get(tasks_of(agent)).status == 204U);
    BOOST_TEST(root.call(net::verb::delete_, "/agents/" + agent + "?force=true").status == 204U);
    until("the deletion to be heard of", [&] { return bearer.get(tasks_of(agent)).status == 401U; });
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(client_certificates)

BOOST_AUTO_TEST_CASE(spiffe_ids) {
    const std::string tail = "/tenant/" + default_tenant + "/agent/01a2149e-e8a0-7001-ae7c-70cc6acf9c02";
    const auto is_one = [](const std::string& id) {
        return net::agent_of_spiffe_id(id, "example.org").has_value();
    };
    BOOST_TEST(is_one("spiffe://example.org" + tail));
    BOOST_TEST(is_one("SPIFFE://Example.ORG" + tail));
    for (const std::string& none : std::vector<std::string>{
             "", "spiffe://example.org", "https://example.org" + tail, "spiffe://example.org.evil" + tail,
             "spiffe://evil.example.org" + tail, "spiffe://example.org" + tail + "/",
             "spiffe://example.org" + tail + "0", "spiffe://example.org/" + tail,
             "spiffe://example.org/tenant/x/agent/y", "spiffe://example.org/agent/" + default_tenant})
        BOOST_TEST(!is_one(none), none);
}

BOOST_AUTO_TEST_SUITE_END()
