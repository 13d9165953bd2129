#include "app/mistyped.hpp"

#include <CLI/CLI.hpp>
#include <boost/test/unit_test.hpp>

using holdfast::app::about_mistyped;
using holdfast::app::nearest;

namespace {

std::string said_of(const std::string& line) {
    CLI::App app("", "program");
    app.require_subcommand(1);
    CLI::App* tasks = app.add_subcommand("tasks");
    tasks->require_subcommand(1);
    CLI::App* list = tasks->add_subcommand("list");
    list->add_option("--output");
    tasks->add_subcommand("log");
    app.add_subcommand("agents");
    try {
        app.parse(line);
        return "parsed";
    } catch (const CLI::ParseError&) {
        return about_mistyped(app);
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE(app_mistyped)

BOOST_AUTO_TEST_CASE(the_nearest_word_is_within_a_slip_of_the_fingers) {
    const std::vector<std::string> words{"agents", "policies", "tasks", "tokens"};
    BOOST_TEST(nearest("tsaks", words) == "tasks");
    BOOST_TEST(nearest("task", words) == "tasks");
    BOOST_TEST(nearest("tokns", words) == "tokens");
    BOOST_TEST(nearest("policy", words) == "");
    BOOST_TEST(nearest("polices", words) == "policies");
    BOOST_TEST(nearest("restore", words) == "");
    BOOST_TEST(nearest("", words) == "");
}

BOOST_AUTO_TEST_CASE(a_word_that_means_nothing_is_named) {
    BOOST_TEST(said_of("tsaks") == "holdfast has no command tsaks: did you mean tasks?");
    BOOST_TEST(said_of("restore") == "holdfast has no command restore");
    BOOST_TEST(said_of("tasks lst") == "tasks has no command lst: did you mean list?");
    BOOST_TEST(said_of("tasks list --ouput=json") ==
               "tasks list has no option --ouput: did you mean --output?");
    BOOST_TEST(said_of("tasks list web-01") == "tasks list takes no argument web-01");
    BOOST_TEST(said_of("tasks list") == "parsed");
}

BOOST_AUTO_TEST_CASE(the_commands_there_are_stand_in_for_one_that_is_missing) {
    BOOST_TEST(said_of("tasks") == "tasks wants a command: list, log");
    BOOST_TEST(said_of("").starts_with("holdfast wants a command: "));
}

BOOST_AUTO_TEST_SUITE_END()
