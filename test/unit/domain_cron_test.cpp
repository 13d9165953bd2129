// Cron expressions: what they mean, what is refused and how, and the same answers as python3-croniter.
#include "domain/cron.hpp"
#include "domain/time.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

using namespace holdfast;

namespace {

cron parsed(std::string_view text) {
    const auto read = parse_cron(text);
    BOOST_TEST_REQUIRE(static_cast<bool>(read), text << ": " << (read ? "" : read.error().detail()));
    return *read;
}

std::string problem(std::string_view text) {
    const auto read = parse_cron(text);
    return read ? "accepted" : std::string(read.error().detail());
}

std::string after(std::string_view expression, std::string_view start) {
    const instant at = *parse_rfc3339(start);
    const auto civil =
        std::chrono::local_seconds{std::chrono::floor<std::chrono::seconds>(at).time_since_epoch()};
    const auto next = next_after(parsed(expression), civil);
    return next ? to_rfc3339(instant{next->time_since_epoch()}) : "never";
}

struct match {
    const char* expression;
    const char* start;
    const char* next;
};

std::vector<std::string> split(const std::string& line) {
    std::vector<std::string> out(1);
    for (const char c : line) {
        if (c == '|')
            out.emplace_back();
        else if (c != '\n')
            out.back() += c;
    }
    return out;
}

std::string source_folder() {
    const char* const set = std::getenv("HOLDFAST_SOURCE");
    return set != nullptr ? set : std::filesystem::path(__FILE__).parent_path() / "../..";
}

unsigned seed() {
    const char* const set = std::getenv("HOLDFAST_SEED");
    return set != nullptr ? static_cast<unsigned>(std::strtoul(set, nullptr, 10)) : std::random_device{}();
}

} // namespace

BOOST_AUTO_TEST_SUITE(domain_cron)

BOOST_AUTO_TEST_CASE(the_next_match) {
    constexpr match cases[] = {
        {"* * * * *", "2026-11-24T10:00:00Z", "2026-11-24T10:01:00Z"},
        {"* * * * *", "2026-11-24T10:00:59Z", "2026-11-24T10:01:00Z"},
        {"0 3 * * *", "2026-11-24T02:59:59Z", "2026-11-24T03:00:00Z"},
        {"0 3 * * *", "2026-11-24T03:00:00Z", "2026-11-25T03:00:00Z"},
        {"*/5 * * * *", "2026-11-24T10:56:00Z", "2026-11-24T11:00:00Z"},
        {"1-30/2 * * * *", "2026-11-24T10:29:00Z", "2026-11-24T11:01:00Z"},
        {"10/25 * * * *", "2026-11-24T10:10:00Z", "2026-11-24T10:35:00Z"},
        {"10/25 * * * *", "2026-11-24T10:35:00Z", "2026-11-24T11:10:00Z"},
        {"59 23 31 12 *", "2026-12-31T23:59:00Z", "2027-12-31T23:59:00Z"},
        {"0 0 31 * *", "2026-01-31T00:00:00Z", "2026-03-31T00:00:00Z"},
        {"0 0 1,31 * *", "2026-02-02T00:00:00Z", "2026-03-01T00:00:00Z"},
        {"0 0 29 2 *", "2096-02-29T00:00:00Z", "2104-02-29T00:00:00Z"},
        // A 29 February that is a Sunday, in the sense of "both": once in 28 years, or 40.
        {"0 0 29/1 2 */7", "2032-02-29T00:00:00Z", "2060-02-29T00:00:00Z"},
        {"0 0 29/1 2 */7", "2088-02-29T00:00:00Z", "2128-02-29T00:00:00Z"},
        {"0 0 * * 0", "2026-11-24T00:00:00Z", "2026-11-29T00:00:00Z"},
        {"0 0 * * 7", "2026-11-24T00:00:00Z", "2026-11-29T00:00:00Z"},
        {"0 0 * * SUN", "2026-11-24T00:00:00Z", "2026-11-29T00:00:00Z"},
        {"0 0 * * fri-sun", "2026-11-28T00:00:00Z", "2026-11-29T00:00:00Z"},
        {"0 0 * * fri-0", "2026-11-29T00:00:00Z", "2026-12-04T00:00:00Z"},
        {"0 0 * * 5-7/2", "2026-11-27T00:00:00Z", "2026-11-29T00:00:00Z"},
        {"0 0 * jAn,Jul Mon", "2026-11-24T00:00:00Z", "2027-01-04T00:00:00Z"},
        {"0 12 * feb-mar/1 *", "2026-11-24T00:00:00Z", "2027-02-01T12:00:00Z"},
        // Both days restricted: either.
        {"0 0 13 * fri", "2026-11-14T00:00:00Z", "2026-11-20T00:00:00Z"},
        {"0 0 13 * fri", "2026-12-12T00:00:00Z", "2026-12-13T00:00:00Z"},
        {"0 0 1-31 * mon", "2026-11-24T00:00:00Z", "2026-11-25T00:00:00Z"},
        {"0 0 30 2 mon", "2026-02-01T00:00:00Z", "2026-02-02T00:00:00Z"},
        // One of them with a star: both.
        {"0 0 */2 * mon", "2026-11-24T00:00:00Z", "2026-12-07T00:00:00Z"},
        {"0 0 13 * */5", "2026-11-14T00:00:00Z", "2026-12-13T00:00:00Z"},
        {"@hourly", "2026-11-24T10:00:00Z", "2026-11-24T11:00:00Z"},
        {"@daily", "2026-11-24T10:00:00Z", "2026-11-25T00:00:00Z"},
        {"@Midnight", "2026-11-24T10:00:00Z", "2026-11-25T00:00:00Z"},
        {"@weekly", "2026-11-24T10:00:00Z", "2026-11-29T00:00:00Z"},
        {"@monthly", "2026-11-24T10:00:00Z", "2026-12-01T00:00:00Z"},
        {"@yearly", "2026-11-24T10:00:00Z", "2027-01-01T00:00:00Z"},
        {"@ANNUALLY", "2026-11-24T10:00:00Z", "2027-01-01T00:00:00Z"},
        {" \t00  03 *\t* * ", "2026-11-24T10:00:00Z", "2026-11-25T03:00:00Z"},
        {"0 3 * * *", "1969-12-31T03:00:00Z", "1970-01-01T03:00:00Z"},
        {"0 0 1 1 *", "9999-01-01T00:00:00Z", "never"},
    };
    for (const match& one : cases)
        BOOST_TEST_CONTEXT(one.expression) BOOST_TEST(after(one.expression, one.start) == one.next);
}

BOOST_AUTO_TEST_CASE(the_same_by_other_names) {
    BOOST_TEST((parsed("0 0 * * 1-5") == parsed("0 0 * * MON-FRI")));
    BOOST_TEST((parsed("0 0 * 1-12/3 *") == parsed("0 0 * jan,apr,jul,oct *")));
    BOOST_TEST((parsed("*/15 * * * *") == parsed("0,15,30,45 0-23 * * *")));
    BOOST_TEST((parsed("0 0 * * 0,7") == parsed("0 0 * * sun")));
    BOOST_TEST((parsed("0 0 * * 1/2") == parsed("0 0 * * mon,wed,fri,sun")));
    BOOST_TEST(is_every_hour(parsed("*/15 0-23 * * *")));
    BOOST_TEST(!is_every_hour(parsed("0 */2 * * *")));
}

BOOST_AUTO_TEST_CASE(what_is_refused_says_where_and_why) {
    constexpr const char* cases[][2] = {
        {"61 * * * *", "minute: 61 is not from 0 to 59"},
        {"0 24 * * *", "hour: 24 is not from 0 to 23"},
        {"0 0 0 * *", "day of month: 0 is not from 1 to 31"},
        {"0 0 32 * *", "day of month: 32 is not from 1 to 31"},
        {"0 0 * 13 *", "month: 13 is not from 1 to 12 or jan to dec"},
        {"0 0 * 0 *", "month: 0 is not from 1 to 12 or jan to dec"},
        {"0 0 * * 8", "day of week: 8 is not from 0 to 7 or sun to sat"},
        {"0 0 * * monday", "day of week: \"monday\" is not from 0 to 7 or sun to sat"},
        {"0 0 * mon *", "month: \"mon\" is not from 1 to 12 or jan to dec"},
        {"mon 0 * * *", "minute: \"mon\" is not from 0 to 59"},
        {"99999999999999999999999 0 * * *", "minute: 99999999999999999999 is not from 0 to 59"},
        {"-1 0 * * *", "minute: a value is missing, expected from 0 to 59"},
        {"1- 0 * * *", "minute: a value is missing, expected from 0 to 59"},
        {"1,,2 0 * * *", "minute: a value is missing, expected from 0 to 59"},
        {"1, 0 * * *", "minute: a value is missing, expected from 0 to 59"},
        {"1-2-3 0 * * *", "minute: \"2-3\" is not from 0 to 59"},
        {"30-10 0 * * *", "minute: the range \"30-10\" runs backwards"},
        {"0 0 * * fri-mon", "day of week: the range \"fri-mon\" runs backwards"},
        {"*/0 * * * *", "minute: the step \"0\" is not from 1 to 60"},
        {"*/90 * * * *", "minute: the step \"90\" is not from 1 to 60"},
        {"0 */25 * * *", "hour: the step \"25\" is not from 1 to 24"},
        {"*/ * * * *", "minute: the step \"\" is not from 1 to 60"},
        {"*/5/5 * * * *", "minute: the step \"5/5\" is not from 1 to 60"},
        {"*/-5 * * * *", "minute: the step \"-5\" is not from 1 to 60"},
        {"*5 * * * *", "minute: \"*5\" is not from 0 to 59"},
        {"*-5 * * * *", "minute: \"*\" is not from 0 to 59"},
        {"+5 * * * *", "minute: \"+5\" is not from 0 to 59"},
        {"1.5 * * * *", "minute: \"1.5\" is not from 0 to 59"},
        {"0 0 ? * *", "day of month: \"?\" is not from 1 to 31"},
        {"0 0 L * *", "day of month: \"L\" is not from 1 to 31"},
        {"0 0 15W * *", "day of month: \"15W\" is not from 1 to 31"},
        {"0 0 * * 5#2", "day of week: \"5#2\" is not from 0 to 7 or sun to sat"},
        {"0 0 * * 5L", "day of week: \"5L\" is not from 0 to 7 or sun to sat"},
        {"H 0 * * *", "minute: \"H\" is not from 0 to 59"},
        {"0 0 30 2 *", "day of month: no month that is named has such a day, it never runs"},
        {"0 0 31 4,jun,9,nov *", "day of month: no month that is named has such a day, it never runs"},
        {"0 0 30/1 2 */2", "day of month: no month that is named has such a day, it never runs"},
        {"@reboot",
         "\"@reboot\" is none of @hourly, @daily, @midnight, @weekly, @monthly, @yearly, @annually"},
    };
    for (const auto& [text, sentence] : cases) BOOST_TEST_CONTEXT(text) BOOST_TEST(problem(text) == sentence);
    for (const char* text : {"", "   ", "* * * *", "0 * * * * *", "0 0 0 * * * 2026", "@daily @daily"})
        BOOST_TEST_CONTEXT(text) BOOST_TEST(problem(text).starts_with("a cron expression has 5 fields"));
    BOOST_TEST(problem("\x01\xff * * * *") == "minute: \"??\" is not from 0 to 59");
}

// Thousands of random expressions; HOLDFAST_SEED repeats a run.
BOOST_AUTO_TEST_CASE(croniter_gives_the_same_times) {
    const auto number = seed();
    BOOST_TEST_MESSAGE("seed " << number);
    const std::string command =
        "/usr/bin/python3 '" + source_folder() + "/test/cron_oracle.py' " + std::to_string(number) + " 3000";
    std::FILE* const oracle = ::popen(command.c_str(), "r");
    BOOST_TEST_REQUIRE(oracle != nullptr);
    int compared = 0;
    char line[512];
    while (std::fgets(line, sizeof line, oracle) != nullptr) {
        const auto parts = split(line);
        BOOST_TEST_REQUIRE(parts.size() == 5U);
        std::string at = parts[1];
        ++compared;
        for (std::size_t i = 2; i < parts.size(); ++i) {
            const std::string ours = after(parts[0], at);
            BOOST_TEST_REQUIRE(ours == parts[i],
                               "seed " << number << ": " << line << "after " << at << ": " << ours);
            at = parts[i];
        }
    }
    BOOST_TEST(::pclose(oracle) == 0, "python3-croniter is one of the packages of scripts/deps");
    BOOST_TEST(compared == 3000);
}

BOOST_AUTO_TEST_SUITE_END()
