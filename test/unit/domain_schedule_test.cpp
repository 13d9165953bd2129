// Schedules: intervals, cron in time zones whose clocks change, the places of agents in the spread, and what
// becomes of runs that were missed.
#include "domain/schedule.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

using namespace holdfast;
using namespace std::chrono_literals;

namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::local_days;
using std::chrono::local_seconds;

instant at(std::string_view text) {
    const auto read = parse_rfc3339(text);
    BOOST_TEST_REQUIRE(read.has_value(), text);
    return *read;
}

schedule plan(std::string_view text) {
    const auto read = parse_schedule(text);
    BOOST_TEST_REQUIRE(static_cast<bool>(read), text << ": " << (read ? "" : read.error().detail()));
    return *read;
}

std::string problem(std::string_view text) {
    const auto read = parse_schedule(text);
    return read ? "accepted" : std::string(read.error().detail());
}

time_zone zone(std::string_view name) {
    const auto found = find_zone(name);
    BOOST_TEST_REQUIRE(found.has_value(), name);
    return *found;
}

std::string text(const std::vector<instant>& runs) {
    std::string out;
    for (const instant run : runs) out += (out.empty() ? "" : " ") + to_rfc3339(run);
    return out;
}

std::string following(std::string_view when, const char* where, std::string_view after, std::size_t count) {
    return text(next_runs(plan(when), zone(where), 0s, at(after), count));
}

constexpr const char* zones[] = {"UTC",
                                 "Europe/Berlin",
                                 "Europe/London",
                                 "America/New_York",
                                 "America/Sao_Paulo",
                                 "America/St_Johns",
                                 "Africa/Casablanca",
                                 "Africa/Cairo",
                                 "Asia/Kathmandu",
                                 "Asia/Tehran",
                                 "Australia/Lord_Howe",
                                 "Pacific/Apia",
                                 "Pacific/Chatham",
                                 "Antarctica/Troll"};

template <class Id> Id id_of(std::uint8_t seed) {
    Id out;
    for (std::uint8_t& byte : out.value) byte = seed++;
    return out;
}

// Minutes and hours at random, a third of them every hour.
std::string some_expression(std::mt19937& random) {
    const auto below = [&](unsigned n) { return std::to_string(random() % n); };
    const std::string minutes = below(60) + ",*/" + std::to_string(7 + random() % 40);
    return minutes + ' ' + (random() % 3 == 0 ? "*" : below(5) + ',' + below(24)) + " * * *";
}

// The runs in (first, last], looked for minute by minute.
std::vector<instant> by_definition(const cron& when, const time_zone& where, instant first, instant last) {
    const auto matches = [&](local_seconds civil) { return next_after(when, civil - 1s) == civil; };
    std::vector<instant> runs;
    if (is_every_hour(when)) {
        for (instant t = first + 1min; t <= last; t += 1min)
            if (matches(where.to_civil(t))) runs.push_back(t);
        return runs;
    }
    const local_seconds end = where.to_civil(last) + days{1};
    for (local_seconds t = where.to_civil(first) - days{1}; t <= end; t += 1min) {
        if (!matches(t)) continue;
        const auto day = floor<days>(t);
        const bool day_exists = where.from_civil(day) < where.from_civil(day + days{1});
        const instant run = where.from_civil(t);
        const bool inside = run > first && run <= last;
        if (inside && day_exists && (runs.empty() || runs.back() != run)) runs.push_back(run);
    }
    return runs;
}

} // namespace

BOOST_AUTO_TEST_SUITE(domain_schedule)

BOOST_AUTO_TEST_CASE(intervals_are_read) {
    const auto length = [](std::string_view text) { return std::get<interval>(plan(text)).length; };
    BOOST_TEST((length("every 90m") == 90min));
    BOOST_TEST((length("every 1h30m") == 90min));
    BOOST_TEST((length("  Every\t1h 30m ") == 90min));
    BOOST_TEST((length("every 1m") == 1min));
    BOOST_TEST((length("every 2w") == days{14}));
    BOOST_TEST((length("every 1w1d1h1m") == days{8} + 61min));
    BOOST_TEST((length("every 366d") == days{366}));
    BOOST_TEST(std::holds_alternative<cron>(plan(" @daily ")));
}

BOOST_AUTO_TEST_CASE(what_is_no_schedule_says_why) {
    const std::string units = "every: expected numbers with the units m, h, d or w, such as 90m, 6h or 1d12h";
    const std::string order = "every: expected each unit once, the largest first, such as 1d12h";
    for (const char* wrong : {"every 90", "every 90s", "every m", "every 5y", "every 1.5h", "every -5m",
                              "every five minutes", "every 5 m", "every 5M"})
        BOOST_TEST_CONTEXT(wrong) BOOST_TEST(problem(wrong) == units);
    for (const char* wrong : {"every 30m1h", "every 1h1h"})
        BOOST_TEST_CONTEXT(wrong) BOOST_TEST(problem(wrong) == order);
    for (const char* wrong : {"every", "every  "})
        BOOST_TEST_CONTEXT(wrong) BOOST_TEST(problem(wrong).starts_with("every: a length is missing"));
    for (const char* wrong : {"every 0m", "every 0h0m"})
        BOOST_TEST_CONTEXT(wrong) BOOST_TEST(problem(wrong) == "every: must be at least 1 minute");
    for (const char* wrong : {"every 367d", "every 366d1m", "every 53w", "every 99999999999999999999w"})
        BOOST_TEST_CONTEXT(wrong) BOOST_TEST(problem(wrong) == "every: must be at most 366 days");
    BOOST_TEST(problem("everyday").starts_with("a cron expression has 5 fields"));
    BOOST_TEST(problem("0 25 * * *") == "hour: 25 is not from 0 to 23");
}

BOOST_AUTO_TEST_CASE(intervals_count_from_the_epoch) {
    BOOST_TEST(following("every 6h", "Europe/Berlin", "2026-03-29T00:00:00Z", 3) ==
               "2026-03-29T06:00:00Z 2026-03-29T12:00:00Z 2026-03-29T18:00:00Z");
    BOOST_TEST(following("every 1w", "UTC", "2026-11-24T00:00:00Z", 1) == "2026-11-26T00:00:00Z");
    BOOST_TEST(following("every 7m", "UTC", "1970-01-01T00:00:00Z", 2) ==
               "1970-01-01T00:07:00Z 1970-01-01T00:14:00Z");
    BOOST_TEST(following("every 1h", "UTC", "1969-12-31T22:30:00Z", 2) ==
               "1969-12-31T23:00:00Z 1970-01-01T00:00:00Z");
    BOOST_TEST(following("every 1h", "UTC", "1969-12-31T23:59:59.999999Z", 1) == "1970-01-01T00:00:00Z");
    BOOST_TEST(following("every 1h", "UTC", "2026-11-24T09:59:59.999999Z", 1) == "2026-11-24T10:00:00Z");
}

BOOST_AUTO_TEST_CASE(names_of_zones) {
    for (const char* known : {"UTC", "GMT", "Europe/Berlin", "Etc/GMT+5", "America/Port-au-Prince", "EST5EDT",
                              "America/Argentina/ComodRivadavia"})
        BOOST_TEST_CONTEXT(known) {
            BOOST_TEST_REQUIRE(find_zone(known).has_value());
            BOOST_TEST(find_zone(known)->name() == known);
        }
    for (const char* unknown : {"",
                                "Mars/Olympus",
                                "Europe",
                                "Europe/",
                                "/usr/share/zoneinfo/UTC",
                                "/etc/passwd",
                                "../UTC",
                                "Europe/../UTC",
                                "Europe//Berlin",
                                "localtime",
                                "posixrules",
                                "right/UTC",
                                "posix/UTC",
                                "Factory",
                                "Fixed/UTC+01:00:00",
                                "+02:00",
                                "UTC0",
                                "file:UTC",
                                "zone.tab",
                                "tzdata.zi",
                                " UTC",
                                "Europe/Berlin\n"})
        BOOST_TEST_CONTEXT(unknown) BOOST_TEST(!find_zone(unknown).has_value());
    BOOST_TEST(!find_zone(std::string_view("UTC\0x", 5)).has_value());
    BOOST_TEST(!find_zone(std::string(1'000'000, 'a')).has_value());
}

BOOST_AUTO_TEST_CASE(clocks_of_zones) {
    const time_zone berlin = zone("Europe/Berlin");
    const local_seconds gap = local_days{std::chrono::year{2026} / 3 / 29} + 2h + 30min;
    const local_seconds twice = local_days{std::chrono::year{2026} / 10 / 25} + 2h + 30min;
    BOOST_TEST(to_rfc3339(berlin.from_civil(gap)) == "2026-03-29T01:00:00Z");
    BOOST_TEST(to_rfc3339(berlin.from_civil(twice)) == "2026-10-25T00:30:00Z");
    BOOST_TEST((berlin.to_civil(at("2026-10-25T01:30:00.999999Z")) == twice));
    BOOST_TEST(
        (berlin.to_civil(at("1960-01-01T00:00:00.5Z")) == local_days{std::chrono::year{1960} / 1 / 1} + 1h));
    BOOST_TEST((berlin.offset_at(at("2026-07-01T00:00:00Z")) == 2h));
    BOOST_TEST(to_rfc3339(*berlin.next_change(at("2026-01-01T00:00:00Z"))) == "2026-03-29T01:00:00Z");
    BOOST_TEST(to_rfc3339(*berlin.next_change(at("2026-03-29T01:00:00Z"))) == "2026-10-25T01:00:00Z");
    BOOST_TEST(!utc_zone().next_change(at("2026-03-29T01:00:00Z")).has_value());
    BOOST_TEST(!zone("Asia/Kathmandu").next_change(at("2026-03-29T01:00:00Z")).has_value());
    BOOST_TEST(to_rfc3339(at("2026-03-29T00:59:59.5Z"), berlin) == "2026-03-29T01:59:59.500+01:00");
    BOOST_TEST(to_rfc3339(at("2026-03-29T01:00:00Z"), berlin) == "2026-03-29T03:00:00+02:00");
    BOOST_TEST(to_rfc3339(at("2026-01-01T00:00:00Z"), zone("America/St_Johns")) ==
               "2025-12-31T20:30:00-03:30");
    BOOST_TEST(to_rfc3339(at("2026-01-01T00:00:00Z"), utc_zone()) == "2026-01-01T00:00:00+00:00");
    // Far away, where nanoseconds in 64 bits would have ended.
    BOOST_TEST(to_rfc3339(at("2400-07-01T00:00:00Z"), berlin) == "2400-07-01T02:00:00+02:00");
}

BOOST_AUTO_TEST_CASE(where_clocks_change) {
    struct row {
        const char* zone;
        const char* schedule;
        const char* after;
        const char* runs;
    };

    constexpr row rows[] = {
        // Berlin, 02:00 to 03:00: right after the gap, once.
        {"Europe/Berlin", "30 2 * * *", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z 2026-03-30T00:30:00Z"},
        {"Europe/Berlin", "*/20 2 * * *", "2026-03-28T12:00:00Z",
         "2026-03-29T01:00:00Z 2026-03-30T00:00:00Z"},
        {"Europe/Berlin", "30 2 * * *", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"},
        {"Europe/Berlin", "0 2,3 * * *", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z 2026-03-30T00:00:00Z"},
        {"Europe/Berlin", "0 3 * * *", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z 2026-03-30T01:00:00Z"},
        {"Europe/Berlin", "0 */2 * * *", "2026-03-28T23:00:00Z", "2026-03-29T01:00:00Z 2026-03-29T02:00:00Z"},
        {"Europe/Berlin", "30 * * * *", "2026-03-29T00:00:00Z", "2026-03-29T00:30:00Z 2026-03-29T01:30:00Z"},
        // Berlin, 03:00 to 02:00: the first of the two.
        {"Europe/Berlin", "30 2 * * *", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z 2026-10-26T01:30:00Z"},
        {"Europe/Berlin", "30 2 * * *", "2026-10-25T01:10:00Z", "2026-10-26T01:30:00Z"},
        {"Europe/Berlin", "0 2 * * *", "2026-10-24T12:00:00Z", "2026-10-25T00:00:00Z 2026-10-26T01:00:00Z"},
        {"Europe/Berlin", "0 3 * * *", "2026-10-25T00:59:59.5Z", "2026-10-25T02:00:00Z 2026-10-26T02:00:00Z"},
        {"Europe/Berlin", "30 * * * *", "2026-10-25T00:00:00Z",
         "2026-10-25T00:30:00Z 2026-10-25T01:30:00Z 2026-10-25T02:30:00Z"},
        {"America/New_York", "15 2 * * sun", "2026-03-02T00:00:00Z",
         "2026-03-08T07:00:00Z 2026-03-15T06:15:00Z"},
        {"America/New_York", "30 1 * * *", "2026-10-31T12:00:00Z",
         "2026-11-01T05:30:00Z 2026-11-02T06:30:00Z"},
        {"America/New_York", "30 1 * * *", "2026-11-01T05:45:00Z", "2026-11-02T06:30:00Z"},
        // Half an hour.
        {"Australia/Lord_Howe", "15 2 * * *", "2026-10-03T00:00:00Z",
         "2026-10-03T15:30:00Z 2026-10-04T15:15:00Z"},
        {"Australia/Lord_Howe", "45 1 * * *", "2026-04-04T00:00:00Z",
         "2026-04-04T14:45:00Z 2026-04-05T15:15:00Z"},
        {"Australia/Lord_Howe", "45 * * * *", "2026-04-04T14:00:00Z",
         "2026-04-04T14:45:00Z 2026-04-04T15:15:00Z 2026-04-04T16:15:00Z"},
        {"Asia/Kathmandu", "0 0 * * *", "2026-11-24T00:00:00Z", "2026-11-24T18:15:00Z 2026-11-25T18:15:00Z"},
        // Casablanca goes back for Ramadan.
        {"Africa/Casablanca", "30 2 * * *", "2026-02-14T12:00:00Z",
         "2026-02-15T01:30:00Z 2026-02-16T02:30:00Z"},
        {"Africa/Casablanca", "30 2 * * *", "2026-03-21T12:00:00Z",
         "2026-03-22T02:00:00Z 2026-03-23T01:30:00Z"},
        // A day that was not.
        {"Pacific/Apia", "0 3 * * *", "2011-12-29T12:00:00Z",
         "2011-12-29T13:00:00Z 2011-12-30T13:00:00Z 2011-12-31T13:00:00Z"},
        {"Pacific/Apia", "0 0 * * *", "2011-12-29T09:00:00Z",
         "2011-12-29T10:00:00Z 2011-12-30T10:00:00Z 2011-12-31T10:00:00Z"},
        {"Pacific/Apia", "0 3 * * fri", "2011-12-25T00:00:00Z", "2012-01-05T13:00:00Z"},
        {"Pacific/Apia", "0 * * * *", "2011-12-30T09:00:00Z", "2011-12-30T10:00:00Z 2011-12-30T11:00:00Z"},
        // Midnight is missing, and 23:00 comes twice.
        {"America/Sao_Paulo", "0 0 * * *", "2018-11-03T12:00:00Z",
         "2018-11-04T03:00:00Z 2018-11-05T02:00:00Z"},
        {"America/Sao_Paulo", "59 0 * * *", "2018-11-03T12:00:00Z",
         "2018-11-04T03:00:00Z 2018-11-05T02:59:00Z"},
        {"America/Sao_Paulo", "30 23 * * *", "2018-02-17T12:00:00Z",
         "2018-02-18T01:30:00Z 2018-02-19T02:30:00Z"},
    };
    for (const row& one : rows)
        BOOST_TEST_CONTEXT(one.zone << ", " << one.schedule << " after " << one.after) {
            const std::string_view runs = one.runs;
            const auto count = static_cast<std::size_t>(std::count(runs.begin(), runs.end(), 'Z'));
            BOOST_TEST(following(one.schedule, one.zone, one.after, count) == runs);
        }
}

// Whatever the clock does: one run on each day that the zone has.
BOOST_AUTO_TEST_CASE(a_daily_run_happens_once_a_day) {
    const instant end = at("2030-01-01T00:00:00Z");
    for (const char* name : zones)
        for (const char* daily :
             {"0 0 * * *", "30 0 * * *", "30 1 * * *", "15 2 * * *", "0 3 * * *", "59 23 * * *"})
            BOOST_TEST_CONTEXT(name << ", " << daily) {
                const time_zone where = zone(name);
                const schedule when = plan(daily);
                instant before = *next_run(when, where, at("2010-01-01T00:00:00Z"));
                while (before < end) {
                    const instant run = *next_run(when, where, before);
                    const auto day = floor<days>(where.to_civil(run));
                    auto expected = floor<days>(where.to_civil(before)) + days{1};
                    if (name == std::string_view("Pacific/Apia") &&
                        expected == local_days{std::chrono::year{2011} / 12 / 30})
                        expected += days{1};
                    const bool near = run - before >= 22h && run - before <= 26h;
                    if (day != expected || !near) BOOST_FAIL(to_rfc3339(run, where));
                    before = run;
                }
            }
}

// Clocks change by multiples of a quarter of an hour, so these take no notice.
BOOST_AUTO_TEST_CASE(every_quarter_of_an_hour_is_just_that) {
    for (const char* name : zones) BOOST_TEST_CONTEXT(name) {
            const time_zone where = zone(name);
            const schedule when = plan("*/15 * * * *");
            instant run = at("2011-01-01T00:00:00Z");
            for (int i = 0; i < 366 * 96; ++i) {
                const instant next = *next_run(when, where, run);
                if (next - run != 15min) BOOST_FAIL(to_rfc3339(run, where));
                run = next;
            }
        }
}

// Around every change of every clock, against the definition, minute by minute.
BOOST_AUTO_TEST_CASE(the_definition_gives_the_same_runs) {
    std::mt19937 random(42);
    for (const char* name : zones) {
        const time_zone where = zone(name);
        auto change = where.next_change(at("2008-01-01T00:00:00Z"));
        for (; change && *change < at("2028-01-01T00:00:00Z"); change = where.next_change(*change)) {
            const std::string expression = some_expression(random);
            const schedule when = plan(expression);
            const instant first = floor<days>(*change) - days{1};
            const instant last = first + days{3};
            const auto expected = by_definition(std::get<cron>(when), where, first, last);
            auto runs = next_runs(when, where, 0s, first, expected.size() + 1);
            BOOST_TEST_REQUIRE((runs.back() > last));
            runs.pop_back();
            BOOST_TEST_REQUIRE((runs == expected), name << ", " << expression << ": " << text(runs)
                                                        << " instead of " << text(expected));
            BOOST_TEST_REQUIRE((last_run(when, where, first, last) == expected.back()));
        }
    }
}

BOOST_AUTO_TEST_CASE(the_last_run_up_to_a_time) {
    const auto last = [](const char* when, const char* after, const char* until) {
        const auto found = last_run(plan(when), zone("Europe/Berlin"), at(after), at(until));
        return found ? to_rfc3339(*found) : "none";
    };
    BOOST_TEST(last("0 3 * * *", "2000-01-01T00:00:00Z", "2026-11-24T10:00:00Z") == "2026-11-24T02:00:00Z");
    BOOST_TEST(last("0 3 * * *", "2000-01-01T00:00:00Z", "2026-11-24T02:00:00Z") == "2026-11-24T02:00:00Z");
    BOOST_TEST(last("0 3 * * *", "2026-11-24T02:00:00Z", "2026-11-24T10:00:00Z") == "none");
    BOOST_TEST(last("* * 29 2 *", "1990-01-01T00:00:00Z", "2026-11-24T10:00:00Z") == "2024-02-29T22:59:00Z");
    BOOST_TEST(last("every 7m", "1990-01-01T00:00:00Z", "1990-01-01T00:10:00Z") == "1990-01-01T00:08:00Z");
}

BOOST_AUTO_TEST_CASE(a_place_in_the_spread_is_specified) {
    const auto policy = id_of<policy_id>(0x00);
    const auto agent = id_of<agent_id>(0x10);
    BOOST_TEST(spread_offset(policy, agent, 604'800).count() == 379217);
    BOOST_TEST(spread_offset(policy, agent, 3600).count() == 1217);
    BOOST_TEST(spread_offset(policy, agent, 1).count() == 0);
    BOOST_TEST(spread_offset(policy, agent, 0).count() == 0);
    BOOST_TEST(spread_offset({}, {}, 3600).count() == 2742);
}

BOOST_AUTO_TEST_CASE(a_fleet_is_spread_evenly) {
    const policy_id policy = policy_id::make();
    constexpr int slots = 60;
    constexpr int agents = 60'000;
    std::vector<int> found(slots);
    auto agent = id_of<agent_id>(7);
    for (int i = 0; i < agents; ++i) {
        // Ids that differ in a few bits only.
        agent.value.data[14] = static_cast<std::uint8_t>(i >> 8);
        agent.value.data[15] = static_cast<std::uint8_t>(i);
        const auto offset = spread_offset(policy, agent, slots * 60);
        BOOST_TEST_REQUIRE((offset >= 0s && offset < slots * 60s));
        ++found[static_cast<std::size_t>(offset / 60s)];
    }
    // 1000 in each on average, with a deviation of 31.
    const auto [least, most] = std::minmax_element(found.begin(), found.end());
    BOOST_TEST(*least > 1000 - 6 * 31);
    BOOST_TEST(*most < 1000 + 6 * 31);
}

BOOST_AUTO_TEST_CASE(an_agent_runs_at_its_own_offset) {
    const schedule daily = plan("0 3 * * *");
    const time_zone berlin = zone("Europe/Berlin");
    const auto next = [&](std::chrono::seconds offset, const char* after) {
        return to_rfc3339(*agent_next_run(daily, berlin, offset, at(after)));
    };
    BOOST_TEST(next(40min, "2026-11-24T02:10:00Z") == "2026-11-24T02:40:00Z");
    BOOST_TEST(next(40min, "2026-11-24T02:40:00Z") == "2026-11-25T02:40:00Z");
    BOOST_TEST(next(days{3}, "2026-11-24T02:10:00Z") == "2026-11-25T02:00:00Z");
    BOOST_TEST(next(days{3}, "2026-11-24T01:59:00Z") == "2026-11-24T02:00:00Z");
    BOOST_TEST(text(next_runs(daily, berlin, 90s, at("2026-11-24T00:00:00Z"), 2)) ==
               "2026-11-24T02:01:30Z 2026-11-25T02:01:30Z");
}

BOOST_AUTO_TEST_CASE(missed_runs) {
    struct row {
        const char* schedule;
        std::chrono::seconds offset;
        const char* next_due;
        const char* now;
        missed_rule rule;
        std::chrono::seconds min_gap;
        const char* run_now;
        const char* next;
        int missed;
    };

    using enum missed_rule;
    const row rows[] = {
        // Not due yet.
        {"0 3 * * *", 0s, "2026-11-25T03:00:00Z", "2026-11-25T02:59:59Z", once, 0s, "",
         "2026-11-25T03:00:00Z", 0},
        // Due, by either rule and however near the next is.
        {"0 3 * * *", 0s, "2026-11-25T03:00:00Z", "2026-11-25T03:00:00Z", once, 0s, "2026-11-25T03:00:00Z",
         "2026-11-26T03:00:00Z", 0},
        {"0 3 * * *", 0s, "2026-11-25T03:00:00Z", "2026-11-25T03:00:00Z", skip, 48h, "2026-11-25T03:00:00Z",
         "2026-11-26T03:00:00Z", 0},
        {"0 3 * * *", 0s, "2026-11-25T03:00:00Z", "2026-11-25T03:05:00Z", skip, 48h, "2026-11-25T03:00:00Z",
         "2026-11-26T03:00:00Z", 0},
        // One run, late.
        {"0 3 * * *", 0s, "2026-11-25T03:00:00Z", "2026-11-25T03:05:01Z", skip, 0s, "",
         "2026-11-26T03:00:00Z", 1},
        {"0 3 * * *", 0s, "2026-11-25T03:00:00Z", "2026-11-25T03:05:01Z", once, 0s, "2026-11-25T03:00:00Z",
         "2026-11-26T03:00:00Z", 0},
        // Two weeks away.
        {"0 3 * * *", 0s, "2026-11-11T03:00:00Z", "2026-11-25T12:00:00Z", once, 6h, "2026-11-25T03:00:00Z",
         "2026-11-26T03:00:00Z", 14},
        {"0 3 * * *", 0s, "2026-11-11T03:00:00Z", "2026-11-25T12:00:00Z", once, 15h, "2026-11-25T03:00:00Z",
         "2026-11-26T03:00:00Z", 14},
        {"0 3 * * *", 0s, "2026-11-11T03:00:00Z", "2026-11-25T12:00:01Z", once, 15h, "",
         "2026-11-26T03:00:00Z", 15},
        {"0 3 * * *", 0s, "2026-11-11T03:00:00Z", "2026-11-25T12:00:00Z", skip, 0s, "",
         "2026-11-26T03:00:00Z", 15},
        // Away until one was due: that one runs, the others were missed.
        {"0 3 * * *", 0s, "2026-11-11T03:00:00Z", "2026-11-25T03:01:00Z", skip, 48h, "2026-11-25T03:00:00Z",
         "2026-11-26T03:00:00Z", 14},
        // With an agent's offset.
        {"0 3 * * *", 40min, "2026-11-23T03:40:00Z", "2026-11-25T03:39:59Z", once, 0s, "2026-11-24T03:40:00Z",
         "2026-11-25T03:40:00Z", 1},
        {"0 3 * * *", 40min, "2026-11-23T03:40:00Z", "2026-11-25T03:39:59Z", once, 1min, "",
         "2026-11-25T03:40:00Z", 2},
        // What is due was laid down under another schedule.
        {"0 4 * * *", 0s, "2026-11-25T03:00:00Z", "2026-11-25T03:01:00Z", skip, 0s, "2026-11-25T03:00:00Z",
         "2026-11-25T04:00:00Z", 0},
        {"every 30m", 0s, "2026-11-25T03:00:00Z", "2026-11-25T05:10:00Z", once, 10min, "2026-11-25T05:00:00Z",
         "2026-11-25T05:30:00Z", 4},
        // Years of minutes.
        {"* * * * *", 30s, "1996-11-25T03:00:30Z", "2026-11-25T03:00:29Z", skip, 0s, "2026-11-25T02:59:30Z",
         "2026-11-25T03:00:30Z", missed_max},
        {"* 3 * * *", 0s, "1996-11-25T03:00:00Z", "2026-11-25T12:00:00Z", once, 0s, "2026-11-25T03:59:00Z",
         "2026-11-26T03:00:00Z", missed_max},
        {"every 1m", 0s, "1996-11-25T03:00:00Z", "2026-11-25T03:00:29Z", once, 0s, "2026-11-25T03:00:00Z",
         "2026-11-25T03:01:00Z", missed_max},
    };
    for (const row& one : rows)
        BOOST_TEST_CONTEXT(one.schedule << " due " << one.next_due << " at " << one.now) {
            const due_runs found = catch_up(plan(one.schedule), utc_zone(), one.offset, at(one.next_due),
                                            at(one.now), one.rule, one.min_gap);
            BOOST_TEST((found.run_now ? to_rfc3339(*found.run_now) : "") == one.run_now);
            BOOST_TEST(to_rfc3339(found.next) == one.next);
            BOOST_TEST(found.missed == one.missed);
        }
}

// A server that looks every few minutes makes each run once; one that looks too late says what it missed.
BOOST_AUTO_TEST_CASE(runs_and_missed_runs_add_up) {
    std::mt19937 random(7);
    const time_zone where = zone("Europe/Berlin");
    for (const char* expression : {"30 2 * * *", "*/10 * * * *", "0 */3 * * *", "every 25m"}) {
        const schedule when = plan(expression);
        const instant start = at("2026-03-27T00:00:00Z");
        instant now = start;
        instant due = *agent_next_run(when, where, 90s, now);
        instant latest = start;
        std::size_t runs = 0;
        while (now < start + days{10}) {
            now += std::chrono::seconds{1 + random() % 20'000};
            const due_runs found = catch_up(when, where, 90s, due, now, missed_rule::skip, 0s);
            if (found.run_now) {
                BOOST_TEST_REQUIRE((*found.run_now > latest && *found.run_now <= now));
                BOOST_TEST_REQUIRE((now - *found.run_now <= in_time));
                latest = *found.run_now;
                ++runs;
            }
            runs += static_cast<std::size_t>(found.missed);
            BOOST_TEST_REQUIRE((found.next > now));
            due = found.next;
        }
        const auto all = next_runs(when, where, 90s, start, runs + 1);
        BOOST_TEST_CONTEXT(expression) BOOST_TEST((all[runs - 1] <= now && all[runs] > now));
    }
}

BOOST_AUTO_TEST_SUITE_END()
