#include "app/cli/failures.hpp"
#include "app/cli/policy_plan.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

using namespace holdfast::app::cli;

namespace {

using hosts = std::map<std::string, std::string>;

const std::string file = R"(
name: web-daily
schedule: 30 2 * * *
includePaths: [/etc, /srv]
repository: rest:https://u:secret@host/web
retention: {keepLast: 3}
spreadSeconds: 1800
)";

wanted_state wanted(const std::string& yaml, std::optional<hosts> agents = std::nullopt) {
    return {policies_in(yaml).at(0), std::move(agents)};
}

// As the server tells of it.
present_policy present(const std::string& more, hosts agents = {}) {
    const std::string body =
        R"({"policyId":"019a9c1f-1111-7a6b-9c3d-5e2f8a7b6c4d","name":"web-daily","schedule":"30 2 * * *",
        "timezone":"UTC","spreadSeconds":1800,"overlap":"skip","onMissed":"once","minGapSeconds":0,
        "includePaths":["/etc","/srv"],"excludePaths":[],"maxAttempts":3,"enabled":true,
        "createdAt":"2026-11-23T12:00:00Z","updatedAt":"2026-11-23T12:00:00Z",)" +
        more + "}";
    return {"019a9c1f-1111-7a6b-9c3d-5e2f8a7b6c4d", boost::json::parse(body), std::move(agents)};
}

const std::string as_in_the_file =
    R"("repository":"rest:https://u:secret@host/web","retention":{"keepLast":3})";

std::string text_of(const wanted_state& one, const std::map<std::string, present_policy>& now,
                    bool prune = false) {
    return plan_text(plan({one}, now, prune));
}

std::string complaint(const std::string& yaml) {
    try {
        static_cast<void>(plan({wanted(yaml)}, {}, false));
    } catch (const command_failed& e) {
        BOOST_TEST(e.exit_code() == 2);
        return e.what();
    }
    return {};
}

} // namespace

BOOST_AUTO_TEST_SUITE(cli_policy_plan)

BOOST_AUTO_TEST_CASE(a_policy_that_is_so_already_is_kept) {
    BOOST_TEST(text_of(wanted(file), {{"web-daily", present(as_in_the_file)}}).empty());
    // A default that is written down is no other value.
    BOOST_TEST(
        text_of(wanted(file + "timezone: UTC\nenabled: true\n"), {{"web-daily", present(as_in_the_file)}})
            .empty());
}

BOOST_AUTO_TEST_CASE(a_change_is_shown_from_old_to_new) {
    const present_policy other =
        present(R"("repository":"rest:https://u:secret@host/old","description":"Of the web servers")");
    BOOST_TEST(text_of(wanted(file), {{"web-daily", other}}) ==
               "~ policy web-daily\n"
               "    repository: rest:https://u:***@host/old → rest:https://u:***@host/web\n"
               "    retention: none → keep last 3\n"
               "    description: Of the web servers → none\n");
}

BOOST_AUTO_TEST_CASE(a_password_is_never_shown) {
    const present_policy other =
        present(R"("repository":"rest:https://u:before@host/web","retention":{"keepLast":3})");
    const std::string text = text_of(wanted(file), {{"web-daily", other}});
    BOOST_TEST(
        text ==
        "~ policy web-daily\n"
        "    repository: rest:https://u:***@host/web → rest:https://u:***@host/web (another password)\n");
}

BOOST_AUTO_TEST_CASE(a_new_one_is_shown_as_the_file_says_it) {
    BOOST_TEST(text_of(wanted(file, hosts{{"id-1", "web-1"}}), {}) ==
               "+ policy web-daily\n"
               "    schedule: 30 2 * * *\n"
               "    includePaths: /etc, /srv\n"
               "    repository: rest:https://u:***@host/web\n"
               "    retention: keep last 3\n"
               "    spreadSeconds: 30 min\n"
               "    agents: +web-1\n");
}

BOOST_AUTO_TEST_CASE(agents_are_those_that_the_file_names) {
    const std::map<std::string, present_policy> now{
        {"web-daily", present(as_in_the_file, {{"id-1", "web-1"}, {"id-2", "web-2"}})}};
    const auto plan_of = [&now](std::optional<hosts> agents) {
        return plan({wanted(file, std::move(agents))}, now, false).at(0);
    };
    const policy_change other = plan_of(hosts{{"id-2", "web-2"}, {"id-3", "web-3"}});
    BOOST_TEST((other.what == deed::keep));
    BOOST_TEST((other.assigned == hosts{{"id-3", "web-3"}}));
    BOOST_TEST((other.unassigned == hosts{{"id-1", "web-1"}}));
    BOOST_TEST(plan_of(hosts{}).unassigned.size() == 2U);
    BOOST_TEST(plan_of(std::nullopt).changes_nothing()); // it says nothing of them
}

BOOST_AUTO_TEST_CASE(what_the_file_leaves_out_goes_when_that_is_wanted) {
    const std::map<std::string, present_policy> now{{"web-daily", present(as_in_the_file)},
                                                    {"old", present(as_in_the_file, {{"id-1", "web-1"}})}};
    BOOST_TEST(text_of(wanted(file), now).empty());
    BOOST_TEST(text_of(wanted(file), now, true) == "- policy old\n    agents: -web-1\n");
}

BOOST_AUTO_TEST_CASE(files_hold_one_policy_or_many) {
    const std::string two = "- {name: abc, schedule: '@daily'}\n- {name: def, schedule: 'every 6h'}\n";
    BOOST_TEST(policies_in(two).size() == 2U);
    const auto three = policies_in("---\nname: abc\n---\n" + std::string("- name: def\n- name: ghi\n"));
    BOOST_TEST_REQUIRE(three.size() == 3U);
    BOOST_TEST(three[2].name == "ghi");
    BOOST_TEST(!three[0].agents.has_value());
    BOOST_TEST(policies_in("name: abc\nagents: []\n").at(0).agents.value().empty());
}

BOOST_AUTO_TEST_CASE(scalars_are_what_yaml_says_they_are) {
    const auto one = policies_in("name: '123'\nmaxAttempts: 5\nenabled: false\ndescription: \"5\"\n"
                                 "executionParams: {nice: 1.5, mood: calm}\n")
                         .at(0);
    BOOST_TEST(one.name == "123");
    BOOST_TEST(one.body.at("maxAttempts").as_int64() == 5);
    BOOST_TEST(one.body.at("enabled").as_bool() == false);
    BOOST_TEST(one.body.at("description").as_string() == "5");
    BOOST_TEST(one.body.at("executionParams").at("nice").as_double() == 1.5);
    BOOST_TEST(one.body.at("executionParams").at("mood").as_string() == "calm");
}

BOOST_AUTO_TEST_CASE(what_can_not_be_taken_is_named) {
    BOOST_TEST(complaint("name: abc\nretentoin: {keepLast: 1}\n") == "line 2: a policy has no retentoin");
    BOOST_TEST(complaint("schedule: '@daily'\n") == "line 1: this policy has no name");
    BOOST_TEST(complaint("- name: abc\n- name: abc\n") == "line 2: there are two policies abc");
    BOOST_TEST(complaint("- abc\n") == "line 1: a policy is a map of its members");
    BOOST_TEST(complaint("") == "the file names no policy");
    BOOST_TEST(!complaint("name: [").empty());
    const std::string refused = complaint("name: web-daily\nschedule: sometimes\nincludePaths: [etc]\n"
                                          "repository: /r\n");
    BOOST_TEST(refused.find("policy web-daily would be refused") == 0U);
    BOOST_TEST(refused.find("/schedule: ") != std::string::npos);
    BOOST_TEST(refused.find("/includePaths/0: ") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
