#include "app/cli/contexts.hpp"
#include "app/cli/failures.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <sys/stat.h>

using namespace holdfast::app::cli;
namespace fs = std::filesystem;

namespace {

struct home {
    std::string folder = (fs::temp_directory_path() / "holdfast-contexts-XXXXXX").string();
    std::string file;

    home() {
        BOOST_TEST_REQUIRE(::mkdtemp(folder.data()) != nullptr);
        file = folder + "/holdfast/contexts.yaml";
    }

    ~home() {
        std::error_code ignored;
        fs::remove_all(folder, ignored);
    }

    void write(const std::string& text, mode_t mode) const {
        fs::create_directories(fs::path(file).parent_path());
        std::ofstream(file) << text;
        BOOST_TEST_REQUIRE(::chmod(file.c_str(), mode) == 0);
    }

    std::string complaint() const {
        try {
            static_cast<void>(load_contexts(file));
        } catch (const command_failed& e) {
            BOOST_TEST(e.exit_code() == 2);
            return e.what();
        }
        return {};
    }

    unsigned mode() const {
        struct stat facts {};

        BOOST_TEST_REQUIRE(::stat(file.c_str(), &facts) == 0);
        return facts.st_mode & 0777U;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(cli_contexts, home)

BOOST_AUTO_TEST_CASE(what_is_saved_is_loaded) {
    BOOST_TEST(load_contexts(file).all.empty());
    server_contexts some;
    some.all["prod"] = {"https://backup.example.com", "/etc/ca.pem", "hf_a: 'b' \"c\""};
    some.all["1"] = {"https://[::1]:8443", "", ""};
    some.current = "prod";
    save_contexts(file, some);
    const server_contexts again = load_contexts(file);
    BOOST_TEST(again.current == "prod");
    BOOST_TEST(again.all.size() == 2U);
    BOOST_TEST(again.all.at("prod").server == "https://backup.example.com");
    BOOST_TEST(again.all.at("prod").ca == "/etc/ca.pem");
    BOOST_TEST(again.all.at("prod").token == "hf_a: 'b' \"c\"");
    BOOST_TEST(again.all.at("1").server == "https://[::1]:8443");
    BOOST_TEST(again.all.at("1").token.empty());
}

BOOST_AUTO_TEST_CASE(nobody_else_may_read_it) {
    ::umask(0);
    save_contexts(file, {});
    ::umask(022);
    BOOST_TEST(mode() == 0600U);
    const std::string text = "contexts: {a: {server: 'https://h', token: hf_secret}}\n";
    for (const mode_t open : {0640U, 0604U, 0620U}) {
        write(text, open);
        BOOST_TEST(complaint().find("chmod 600") != std::string::npos);
        BOOST_TEST(complaint().find("hf_secret") == std::string::npos);
    }
    write(text, 0600);
    BOOST_TEST(complaint().empty());
    save_contexts(file, load_contexts(file));
    BOOST_TEST(mode() == 0600U);
}

BOOST_AUTO_TEST_CASE(a_file_that_is_none_is_refused) {
    for (const char* text : {"contexts: [", "contexts: {a: {server: [1]}}", "contexts: 3"}) {
        write(text, 0600);
        BOOST_TEST(complaint().find(file) != std::string::npos, text);
    }
}

BOOST_AUTO_TEST_SUITE_END()
