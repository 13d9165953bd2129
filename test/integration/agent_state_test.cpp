#include "app/agent/state.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <fstream>
#include <sys/stat.h>

using namespace holdfast;
using app::agent_identity;
using app::agent_state;
using app::kept_result;
namespace fs = std::filesystem;

namespace {

struct folder {
    fs::path path;

    folder() {
        std::string name = (fs::temp_directory_path() / "holdfast-state-XXXXXX").string();
        BOOST_TEST_REQUIRE(::mkdtemp(name.data()) != nullptr);
        path = name;
    }

    folder(const folder&) = delete;
    folder& operator=(const folder&) = delete;

    ~folder() { fs::remove_all(path); }

    [[nodiscard]] agent_state open() const {
        auto opened = agent_state::open((path / "state").string());
        BOOST_TEST_REQUIRE(bool(opened));
        return std::move(*opened);
    }
};

kept_result result_of(int attempt) {
    kept_result out;
    out.task_id = task_id::make();
    out.result.attempt = attempt;
    out.result.status = outcome::failed;
    out.result.error_message = "broken \"pipe\"\n";
    out.result.error_category = error_category::network;
    out.result.duration_seconds = 1.25;
    out.result.statistics = boost::json::object{{"filesNew", 3}};
    out.result.log = "line\n";
    return out;
}

unsigned mode_of(const fs::path& file) {
    struct stat facts {};

    BOOST_TEST_REQUIRE(::stat(file.c_str(), &facts) == 0);
    return facts.st_mode & 0777U;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(agent_state_folder, folder)

BOOST_AUTO_TEST_CASE(identity) {
    const agent_identity who{"https://a", "web", agent_id::make(), "hf_secret"};
    BOOST_TEST(!open().identity(who.server, who.hostname));
    BOOST_TEST(bool(open().keep(who)));
    const auto found = open().identity(who.server, who.hostname);
    BOOST_TEST_REQUIRE(found.has_value());
    BOOST_TEST((found->agent_id == who.agent_id));
    BOOST_TEST(found->token.value() == "hf_secret");
    BOOST_TEST(!open().identity("https://b", who.hostname));
    BOOST_TEST(!open().identity(who.server, "other"));
    BOOST_TEST(mode_of(path / "state" / "agent.json") == 0600U);
    BOOST_TEST(mode_of(path / "state") == 0700U);
}

BOOST_AUTO_TEST_CASE(results_survive_and_are_forgotten) {
    const kept_result first = result_of(1);
    const kept_result second = result_of(2);
    BOOST_TEST(bool(open().keep(second)));
    BOOST_TEST(bool(open().keep(first)));
    BOOST_TEST(bool(open().keep(first)));
    auto found = open().undelivered();
    BOOST_TEST_REQUIRE(found.size() == 2U);
    BOOST_TEST((found[0].task_id == first.task_id));
    BOOST_TEST((found[1].task_id == second.task_id));
    BOOST_TEST(found[0].result.error_message.value() == "broken \"pipe\"\n");
    BOOST_TEST(found[0].result.duration_seconds.value() == 1.25);
    BOOST_TEST((found[0].result.error_category.value() == error_category::network));
    BOOST_TEST(found[0].result.statistics->at("filesNew").as_int64() == 3);
    open().forget(found[0]);
    found = open().undelivered();
    BOOST_TEST_REQUIRE(found.size() == 1U);
    BOOST_TEST((found[0].task_id == second.task_id));
}

BOOST_AUTO_TEST_CASE(what_is_broken_is_passed_over) {
    BOOST_TEST(bool(open().keep(result_of(1))));
    std::ofstream(path / "state" / "results" / "half.json") << "{\"taskId\": \"01";
    std::ofstream(path / "state" / "results" / "x.json.new") << "{}"; // a crash before the rename
    std::ofstream(path / "state" / "agent.json") << "no JSON";
    BOOST_TEST(open().undelivered().size() == 1U);
    BOOST_TEST(!open().identity("https://a", "web"));
}

BOOST_AUTO_TEST_CASE(a_folder_that_cannot_be) {
    std::ofstream(path / "file") << "x";
    const auto refused = agent_state::open((path / "file" / "state").string());
    BOOST_TEST_REQUIRE(!refused);
    BOOST_TEST(refused.error().detail().find("file") != std::string_view::npos);
}

BOOST_AUTO_TEST_SUITE_END()
