// The files of the console, as the real program serves them.
#include "net/console.hpp"
#include "test/support/server.hpp"

#include <boost/test/unit_test.hpp>

using holdfast::net::console_asset;
using holdfast::net::console_assets;
using holdfast::net::verb;
using holdfast::test::answer;
using holdfast::test::client;
using holdfast::test::fleet;

BOOST_FIXTURE_TEST_SUITE(console_files, fleet)

BOOST_AUTO_TEST_CASE(without_npm_the_front_page_says_so) {
    const answer page = client(context, server, "").get("/");
    BOOST_TEST(page.status == 200U);
    if (console_assets().empty())
        BOOST_TEST(page.raw.body.find("not part of this build") != std::string::npos);
    else
        BOOST_TEST(page.raw.header("Content-Type") == "text/html; charset=utf-8");
}

BOOST_AUTO_TEST_CASE(each_is_served_whole_packed_and_not_again) {
    client browser(context, server, "");
    for (const console_asset& asset : console_assets()) {
        const std::string path(asset.path);
        const answer plain = browser.get(path);
        BOOST_TEST(plain.status == 200U);
        BOOST_TEST((plain.raw.body == asset.plain));
        BOOST_TEST(plain.raw.header("Content-Encoding").empty());
        const answer packed = browser.call(verb::get, path, "", {{"Accept-Encoding", "br, gzip"}});
        BOOST_TEST(packed.raw.header("Content-Encoding") == "gzip");
        BOOST_TEST((packed.raw.body == asset.gzip));
        BOOST_TEST(packed.raw.header("ETag") == asset.etag);
        const std::string etag(asset.etag);
        const answer again = browser.call(verb::get, path, "", {{"If-None-Match", "\"x\", " + etag}});
        BOOST_TEST(again.status == 304U);
        BOOST_TEST(again.raw.body.empty());
        BOOST_TEST(again.raw.header("ETag") == asset.etag);
        const bool page = path == "/";
        BOOST_TEST(plain.raw.header("Cache-Control") ==
                   (page ? "no-cache" : "public, max-age=31536000, immutable"));
        BOOST_TEST(plain.raw.header("X-Content-Type-Options") == "nosniff");
        const std::string content_policy(plain.raw.header("Content-Security-Policy"));
        BOOST_TEST(content_policy.find("default-src 'none'") == 0U);
        BOOST_TEST(content_policy.find("unsafe") == std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(all_of_it_is_small_and_its_own) {
    std::size_t bytes = 0;
    for (const console_asset& asset : console_assets()) {
        bytes += asset.gzip.size();
        if (asset.path != "/") continue;
        for (const char* foreign : {"http://", "https://", "<style", "style=", " onclick", "<script>"})
            BOOST_TEST(asset.plain.find(foreign) == std::string_view::npos, foreign);
    }
    BOOST_TEST(bytes < 150'000U);
}

BOOST_AUTO_TEST_SUITE_END()
