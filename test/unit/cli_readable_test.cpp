#include "app/cli/readable.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

using namespace holdfast;
using namespace holdfast::app::cli;

namespace {

std::string shown(std::string_view member, const char* json, bool whole = false) {
    return readable(member, boost::json::parse(json), *parse_rfc3339("2026-11-23T12:00:00Z"), whole);
}

} // namespace

BOOST_AUTO_TEST_SUITE(cli_readable)

BOOST_AUTO_TEST_CASE(times_are_told_from_now) {
    BOOST_TEST(shown("lastSeenAt", R"("2026-11-23T11:59:48Z")") == "12 s ago");
    BOOST_TEST(shown("lastSeenAt", R"("2026-11-23T12:00:00.25Z")") == "in 0 s");
    BOOST_TEST(shown("scheduledFor", R"("2026-11-23T12:05:00Z")") == "in 5 min");
    BOOST_TEST(shown("createdAt", R"("2026-11-20T12:00:00Z")") == "3 d ago");
    BOOST_TEST(shown("createdAt", R"("2026-11-23T09:00:00Z")", true) == "2026-11-23T09:00:00Z (3 h ago)");
}

BOOST_AUTO_TEST_CASE(a_unit_comes_with_the_name) {
    BOOST_TEST(shown("spreadSeconds", "1800") == "30 min");
    BOOST_TEST(shown("durationSeconds", "119.6") == "2 min");
    BOOST_TEST(shown("maxAgeSeconds", "129600") == "36 h");
    BOOST_TEST(shown("timeoutSeconds", "90") == "90 s");
    BOOST_TEST(shown("totalBytes", "999") == "999 B");
    BOOST_TEST(shown("totalBytes", "1288490188") == "1.2 GiB");
    BOOST_TEST(shown("freeBytes", "52428800000") == "49 GiB");
    BOOST_TEST(shown("percentDone", "54.9") == "54 %");
    BOOST_TEST(shown("filesNew", "1024") == "1024");
    BOOST_TEST(shown("ratio", "0.50") == "0.5");
}

BOOST_AUTO_TEST_CASE(values_of_every_kind_are_one_line) {
    BOOST_TEST(shown("paused", "true") == "yes");
    BOOST_TEST(shown("pausedUntil", "null").empty());
    BOOST_TEST(shown("includePaths", R"(["/etc","/srv"])") == "/etc, /srv");
    BOOST_TEST(shown("retention", R"({"keepLast":3,"keepWithin":"7d"})") == "keep last 3, keep within 7d");
    BOOST_TEST(words_of("lastSeenAt") == "last seen at");
}

BOOST_AUTO_TEST_CASE(nothing_steers_the_terminal) {
    BOOST_TEST(shown("pauseNote", R"("a\u001b[2Jb\nc\u009b1m")") == "a [2Jb c 1m");
    BOOST_TEST(harmless("one\ntwo\x7f\x1b", "\n") == "one\ntwo  ");
    BOOST_TEST(harmless("grüße 世界") == "grüße 世界");
}

BOOST_AUTO_TEST_CASE(members_are_found_by_their_path) {
    const auto task = boost::json::parse(R"({"progress":{"percentDone":3},"status":"pending"})");
    BOOST_TEST(at_path(task, "progress.percentDone").to_number<int>() == 3);
    BOOST_TEST(at_path(task, "status.percentDone").is_null());
    BOOST_TEST(at_path(task, "lease").is_null());
}

BOOST_AUTO_TEST_SUITE_END()
