// The agent as a service: what is written for systemd, what systemd is told, and what the doctor sees.
#include "test/support/agent_process.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/local/datagram_protocol.hpp>
#include <boost/test/unit_test.hpp>

#include <cstdlib>

using namespace holdfast;
using test::contents_of;
using test::write_file;
namespace fs = std::filesystem;

namespace {

struct service : test::agent_process {
    std::string said;

    service() { write_file(folder / "enroll.token", enroll_token() + "\n"); }

    std::string enroll_token() {
        return made("/tokens", {{"kind", "enroll"}, {"name", "new hosts"}}).text("token");
    }

    int agent_says(std::vector<std::string> more) {
        said.clear();
        return run_program(agent_words(std::move(more)), said);
    }

    int install(std::vector<std::string> more = {}) {
        more.insert(more.begin(), {"install", "--root", folder / "image"});
        return agent_says(std::move(more));
    }

    bool has(const std::string& words) const { return said.find(words) != std::string::npos; }
};

fs::perms permissions_of(const fs::path& file) {
    return fs::status(file).permissions();
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(agent_service, service)

BOOST_AUTO_TEST_CASE(what_is_installed_runs) {
    BOOST_TEST(install({"--pre-hook", "/bin/true", "--pre-hook", "/usr/bin/true", "--demo"}) == 0, said);
    const fs::path settings = folder / "image/etc/holdfast/agent.toml";
    BOOST_TEST((permissions_of(settings) == (fs::perms::owner_read | fs::perms::owner_write)));
    BOOST_TEST((permissions_of(folder / "image/etc/holdfast/agent.env") ==
                (fs::perms::owner_read | fs::perms::owner_write)));
    BOOST_TEST(contents_of(folder / "image/etc/systemd/system/holdfast-agent.service")
                   .find(std::getenv("HOLDFAST_BINARY")) != std::string::npos);

    said.clear();
    auto started = app::child_process::start(
        context.get_executor(),
        {{std::getenv("HOLDFAST_BINARY"), "agent", "--config", settings}, environment},
        [this](app::output, std::string_view bytes) { said += bytes; });
    BOOST_TEST_REQUIRE(bool(started));
    until("the registration", [this] { return has("Waiting for tasks."); });
    (*started)->stop();
    until("the end", [this] { return has("Stopping."); });
}

BOOST_AUTO_TEST_CASE(nothing_is_overwritten_unasked) {
    BOOST_TEST(install({"--print"}) == 0);
    BOOST_TEST(has("ExecStart="));
    BOOST_TEST(has("server = '" + server.url() + "'"));
    BOOST_TEST(!there_is("image"));
    BOOST_TEST(install() == 0);
    write_file(folder / "image/etc/holdfast/agent.env", "RESTIC_PASSWORD=mine\n");
    write_file(folder / "image/etc/holdfast/agent.toml", "mine\n");
    BOOST_TEST(install() == 1);
    BOOST_TEST(has("--force"));
    BOOST_TEST(contents_of(folder / "image/etc/holdfast/agent.toml") == "mine\n");
    BOOST_TEST(install({"--force"}) == 0);
    BOOST_TEST(contents_of(folder / "image/etc/holdfast/agent.toml") != "mine\n");
    BOOST_TEST(contents_of(folder / "image/etc/holdfast/agent.env") == "RESTIC_PASSWORD=mine\n");

    BOOST_TEST(agent_says({"uninstall", "--root", folder / "image"}) == 0);
    BOOST_TEST(!there_is("image/etc/systemd/system/holdfast-agent.service"));
    BOOST_TEST(there_is("image/etc/holdfast/agent.env"));
    BOOST_TEST(agent_says({"uninstall", "--root", folder / "image"}) == 1);
}

BOOST_AUTO_TEST_CASE(systemd_hears_of_it) {
    const std::string name = folder / "notify";
    asio::local::datagram_protocol::socket socket(context, asio::local::datagram_protocol::endpoint(name));
    socket.non_blocking(true);
    std::string heard;
    const auto hear = [&socket, &heard](const std::string& what) {
        std::array<char, 100> text{};
        error_code none;
        const std::size_t size = socket.receive(asio::buffer(text), 0, none);
        if (!none) heard.append(text.data(), size) += '\n';
        return heard.find(what) != std::string::npos;
    };
    environment.push_back("NOTIFY_SOCKET=" + name);
    start_agent();
    until("word that it is ready", [&] { return hear("READY=1\n"); });
    BOOST_TEST(stop_agent() == 0);
    until("word that it stops", [&] { return hear("STOPPING=1\n"); });
    BOOST_TEST(heard == "READY=1\nSTOPPING=1\n");
}

BOOST_AUTO_TEST_CASE(the_doctor_finds_nothing_wrong) {
    BOOST_TEST(agent_says({"doctor"}) == 0, said);
    BOOST_TEST(has("its certificate is good"));
    BOOST_TEST(has("ok    clock"));
    BOOST_TEST(has("the token to register with is good"));
    BOOST_TEST(has("ok    restic "));
    BOOST_TEST(!there_is("state")); // it looks, and no more
    start_agent();
    BOOST_TEST(stop_agent() == 0);
    BOOST_TEST(agent_says({"doctor"}) == 0, said);
    BOOST_TEST(has("ok    identity: agent " + agent));
}

BOOST_AUTO_TEST_CASE(the_doctor_says_what_is_wrong) {
    BOOST_TEST(agent_says({"doctor", "--restic", "/nonexistent/restic"}) == 1);
    BOOST_TEST(has("FAIL  cannot start /nonexistent/restic"), said);

    write_file(folder / "enroll.token", "hf_nothing\n");
    environment.back() = "RESTIC_PASSWORD_FILE=/nonexistent/password";
    fs::create_directories(folder / "state");
    fs::permissions(folder / "state", fs::perms::all);
    BOOST_TEST(agent_says({"doctor"}) == 1);
    BOOST_TEST(has("FAIL  the token to register with: the server answered 401"), said);
    BOOST_TEST(has("FAIL  RESTIC_PASSWORD_FILE /nonexistent/password"), said);
    BOOST_TEST(has("others may look into it"), said);

    server.stop();
    BOOST_TEST(agent_says({"doctor"}) == 1);
    BOOST_TEST(has("FAIL  server: cannot connect to"), said);
    server.start_again();
}

BOOST_AUTO_TEST_CASE(the_doctor_trusts_only_its_ca) {
    std::string none;
    BOOST_TEST(run_program({std::string(std::getenv("HOLDFAST_SOURCE")) + "/scripts/certs", folder / "other"},
                           none) == 0,
               none);
    auto words = agent_words({"doctor"});
    for (std::string& each : words)
        if (each == home.file("ca.pem")) each = folder / "other/ca.pem";
    BOOST_TEST(run_program(words, said) == 1);
    BOOST_TEST(has("FAIL  server: no TLS with"), said);
}

BOOST_AUTO_TEST_SUITE_END()
