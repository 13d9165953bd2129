#include "net/problem.hpp"
#include "net/reply.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <set>

namespace {

using namespace holdfast;

std::string header_of(const net::reply& one, std::string_view name) {
    for (const auto& [each, value] : one.headers)
        if (each == name) return value;
    return {};
}

constexpr net::problem_place place{"/agents", {"r-1"}};

} // namespace

BOOST_AUTO_TEST_SUITE(net_reply)

BOOST_AUTO_TEST_CASE(every_error_has_a_row_of_its_own) {
    std::set<std::string_view> codes;
    for (unsigned i = 0; i <= static_cast<unsigned>(last_errc); ++i) {
        const auto code = static_cast<errc>(i);
        const net::problem_kind& kind = net::kind_of(code);
        BOOST_TEST_CONTEXT(kind.code) {
            BOOST_TEST(kind.status >= 400U);
            BOOST_TEST(kind.status < 600U);
            BOOST_TEST(!kind.title.empty());
            BOOST_TEST(codes.insert(kind.code).second);
            const net::reply made = net::problem(failure{code, "why"}.because("secret"), place);
            BOOST_TEST(made.status == kind.status);
            BOOST_TEST(made.content_type == "application/problem+json");
            const boost::json::object document = boost::json::parse(made.body).as_object();
            BOOST_TEST(document.at("type").as_string() == "urn:holdfast:problem:" + std::string(kind.code));
            BOOST_TEST(document.at("title").as_string() == std::string(kind.title));
            BOOST_TEST(document.at("status").as_int64() == kind.status);
            BOOST_TEST(document.at("detail").as_string() == "why");
            BOOST_TEST(document.at("instance").as_string() == "/agents");
            BOOST_TEST(document.at("code").as_string() == std::string(kind.code));
            BOOST_TEST(document.at("requestId").as_string() == "r-1");
            BOOST_TEST(!document.contains("errors"));
            BOOST_TEST(made.body.find("secret") == std::string::npos);
            const bool later = kind.status == 429 || kind.status == 503;
            BOOST_TEST(header_of(made, "Retry-After").empty() != later);
            BOOST_TEST((header_of(made, "WWW-Authenticate") == "Bearer") == (kind.status == 401));
        }
    }
}

BOOST_AUTO_TEST_CASE(fields_are_listed) {
    std::vector<field_error> fields{{"/a", "is required"}, {"/b/0", "must be \"x\""}};
    const net::reply made = net::problem(failure{errc::invalid}.with(std::move(fields)), place);
    const boost::json::object document = boost::json::parse(made.body).as_object();
    BOOST_TEST(!document.contains("detail"));
    const boost::json::array& errors = document.at("errors").as_array();
    BOOST_TEST_REQUIRE(errors.size() == 2U);
    BOOST_TEST(errors[1].at("pointer").as_string() == "/b/0");
    BOOST_TEST(errors[1].at("detail").as_string() == "must be \"x\"");
}

BOOST_AUTO_TEST_CASE(renders_one_text) {
    net::reply one = net::text_reply(200, "text/plain", "hello");
    one.headers.emplace_back("X-A", "b\r\nInjected: 1");
    std::string text = net::render(one, {.request_id = "id"});
    BOOST_TEST(text.starts_with("HTTP/1.1 200 OK\r\nDate: "));
    const std::size_t at = text.find(" GMT\r\n");
    BOOST_TEST_REQUIRE(at != std::string::npos);
    BOOST_TEST(text.substr(at + 6) == "Content-Length: 5\r\nContent-Type: text/plain\r\nX-Request-Id: id\r\n"
                                      "X-A: bInjected: 1\r\n\r\nhello");
    text = net::render(one, {.request_id = "id", .head = true, .close = true});
    BOOST_TEST(text.find("Content-Length: 5\r\n") != std::string::npos);
    BOOST_TEST(text.find("Connection: close\r\n") != std::string::npos);
    BOOST_TEST(text.ends_with("\r\n\r\n"));
    text = net::render(net::no_content(), {.request_id = "id", .say_keep_alive = true});
    BOOST_TEST(text.starts_with("HTTP/1.1 204 No Content\r\n"));
    BOOST_TEST(text.find("Content-Length") == std::string::npos);
    BOOST_TEST(text.find("Connection: keep-alive\r\n") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
