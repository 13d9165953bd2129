#include "app/agent/doctor.hpp"
#include "app/agent/install.hpp"

#include <boost/test/unit_test.hpp>

using namespace holdfast;
using app::clock_skew;
using app::service_unit;

namespace {

bool has(const std::string& text, const std::string& line) {
    return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

} // namespace

BOOST_AUTO_TEST_SUITE(agent_install)

BOOST_AUTO_TEST_CASE(the_unit) {
    const std::string unit = service_unit("/opt/hold fast/100%\"", {"/srv/b", "/a $b"});
    BOOST_TEST(has(unit, R"(ExecStart="/opt/hold fast/100%%\"" agent --config /etc/holdfast/agent.toml)"),
               unit);
    BOOST_TEST(has(unit, R"(ReadWritePaths="/srv/b")"));
    BOOST_TEST(has(unit, R"(ReadWritePaths="/a $$b")"));
    BOOST_TEST(has(unit, "Type=notify"));
    BOOST_TEST(has(unit, "KillMode=mixed")); // restic is interrupted by the agent alone
    BOOST_TEST(!has(service_unit("/x", {}), R"(ReadWritePaths="/srv/b")"));
}

BOOST_AUTO_TEST_CASE(the_property_list) {
    const std::string list = app::launchd_list("/opt/a & <b>");
    BOOST_TEST(has(list, "    <string>/opt/a &amp; &lt;b></string>"), list);
    BOOST_TEST(has(list, "    <string>/etc/holdfast/agent.env</string>"));
    BOOST_TEST(has(list, "    <string>/etc/holdfast/agent.toml</string>"));
    BOOST_TEST(list.starts_with("<?xml version"));
    BOOST_TEST(list.ends_with("</plist>\n"));
}

BOOST_AUTO_TEST_CASE(clocks) {
    const auto at = std::chrono::system_clock::from_time_t(784111777); // RFC 9110's example
    const auto skew = [&at](std::string_view date, int later = 0) {
        return clock_skew(date, at + std::chrono::seconds(later));
    };
    BOOST_TEST(skew("Sun, 06 Nov 1994 08:49:37 GMT")->count() == 0);
    BOOST_TEST(skew("Sun, 06 Nov 1994 08:49:37 GMT", 90)->count() == -90);
    BOOST_TEST(skew("Sun, 06 Nov 1994 08:49:37 GMT", -90)->count() == 90);
    for (const char* none :
         {"", "yesterday", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 06 Nov 1994 08:49:37 GMTx"})
        BOOST_TEST(!skew(none).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
