#include "net/json/read.hpp"
#include "net/json/write.hpp"

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <limits>

namespace shop {

enum class colour { red, dark_blue, none_ };
BOOST_DESCRIBE_ENUM(colour, red, dark_blue, none_)

enum class state { open, in_progress };

struct part {
    std::string what;
    int weight_grams = 0;
};
BOOST_DESCRIBE_STRUCT(part, (), (what, weight_grams))

struct named {
    std::string name;
};
BOOST_DESCRIBE_STRUCT(named, (), (name))

struct order : named {
    std::optional<holdfast::agent_id> agent_id;
    std::optional<colour> paint;
    std::optional<state> at;
    std::optional<std::vector<part>> parts;
    std::optional<std::map<std::string, std::string>> labels;
    std::optional<boost::json::object> extra;
    std::optional<holdfast::instant> due_at;
    std::optional<double> price;
    std::optional<bool> urgent;
    std::optional<std::uint8_t> small;
    std::optional<std::int64_t> big;
    std::optional<std::uint64_t> huge;
};
BOOST_DESCRIBE_STRUCT(order, (named),
                      (agent_id, paint, at, parts, labels, extra, due_at, price, urgent, small, big, huge))

struct nothing_needed {
    std::optional<int> a;
};
BOOST_DESCRIBE_STRUCT(nothing_needed, (), (a))

struct change {
    std::optional<std::optional<int>> limit;
    std::optional<std::optional<nothing_needed>> inner;
};
BOOST_DESCRIBE_STRUCT(change, (), (limit, inner))

} // namespace shop

template <> struct holdfast::net::json::enum_names<shop::state> {
    static constexpr std::array<std::pair<shop::state, std::string_view>, 3> all{
        {{shop::state::open, "open"}, {shop::state::in_progress, "in-progress"}, {shop::state::open, "new"}}};
};

namespace {

using namespace holdfast;
using net::json::read_body;
using net::json::to_text;
using shop::order;

constexpr const char* type = "application/json";

std::string trouble(std::string_view body, std::string_view content_type = type) {
    const result<order> got = read_body<order>(body, content_type);
    if (got) return "none";
    BOOST_TEST((got.error().code() == errc::invalid));
    return std::string(got.error().detail());
}

order good(std::string_view body) {
    result<order> got = read_body<order>(body, type);
    BOOST_TEST_REQUIRE(!!got, (got ? "" : std::string(got.error().detail())));
    return std::move(*got);
}

} // namespace

BOOST_AUTO_TEST_SUITE(net_json)

BOOST_AUTO_TEST_CASE(reads_everything_there_is) {
    const order got = good(R"({
        "name": "n\u00e9", "agentId": "0190A6E0-0000-7000-8000-00000000000a", "paint": "darkBlue", "at": "in-progress",
        "parts": [{"what": "w", "weightGrams": -5, "unknown": [1]}], "labels": {"a/b": "1"},
        "extra": {"x": [1, null, {"y": 2.5}]}, "dueAt": "2026-01-02T03:04:05+01:00", "price": 3, "urgent": true,
        "small": 255, "big": -9223372036854775808, "huge": 18446744073709551615, "unknown": {}})");
    BOOST_TEST(got.name == "n\xC3\xA9");
    BOOST_TEST(to_string(got.agent_id.value()) == "0190a6e0-0000-7000-8000-00000000000a");
    BOOST_TEST((got.paint == shop::colour::dark_blue));
    BOOST_TEST((got.at == shop::state::in_progress));
    BOOST_TEST(got.parts.value().at(0).weight_grams == -5);
    BOOST_TEST(got.labels.value().at("a/b") == "1");
    BOOST_TEST(boost::json::serialize(got.extra.value()) == R"({"x":[1,null,{"y":2.5E0}]})");
    BOOST_TEST(to_rfc3339(got.due_at.value()) == "2026-01-02T02:04:05Z");
    BOOST_TEST(got.price.value() == 3.0);
    BOOST_TEST(got.urgent.value());
    BOOST_TEST(got.small.value() == 255);
    BOOST_TEST(got.big.value() == std::numeric_limits<std::int64_t>::min());
    BOOST_TEST(got.huge.value() == std::numeric_limits<std::uint64_t>::max());
}

BOOST_AUTO_TEST_CASE(absent_and_null_are_the_same) {
    const order got = good(R"({"name":"x","paint":null,"parts":null})");
    BOOST_TEST(!got.paint.has_value());
    BOOST_TEST(!got.parts.has_value());
    BOOST_TEST(!got.big.has_value());
    BOOST_TEST(trouble(R"({"name":null})") == "/name is required");
    BOOST_TEST(trouble("{}") == "/name is required");
}

BOOST_AUTO_TEST_CASE(of_a_name_given_twice_the_last_counts) {
    BOOST_TEST(good(R"({"name":"a","name":"b"})").name == "b");
}

BOOST_AUTO_TEST_CASE(says_what_is_wrong_and_where) {
    const struct {
        const char* member;
        const char* complaint;
    } table[] = {
        {R"("agentId":"x")", "/agentId must be a UUID"},
        {R"("agentId":7)", "/agentId must be a UUID"},
        {R"("paint":"green")", "/paint must be one of red, darkBlue, none"},
        {R"("paint":"red\u0000")", "/paint must be one of red, darkBlue, none"},
        {R"("paint":1)", "/paint must be one of red, darkBlue, none"},
        {R"("at":"closed")", "/at must be one of open, in-progress, new"},
        {R"("parts":{})", "/parts must be an array"},
        {R"("parts":[{"what":"a","weightGrams":1},3])", "/parts/1 must be an object"},
        {R"("parts":[{"what":1,"weightGrams":1}])", "/parts/0/what must be a string"},
        {R"("parts":[{"what":"a"}])", "/parts/0/weightGrams is required"},
        {R"("labels":{"a/b~c":1})", "/labels/a~1b~0c must be a string"},
        {R"("labels":[])", "/labels must be an object"},
        {R"("extra":[])", "/extra must be an object"},
        {R"("extra":{"a":["\u0000"]})", "/extra must not hold a NUL character"},
        {R"("extra":{"a\u0000":1})", "/extra must not hold a NUL character"},
        {R"("extra":{"a":1e999})", "/extra must be a finite number"},
        {R"("dueAt":"tomorrow")", "/dueAt must be a time as in RFC 3339"},
        {R"("price":"1")", "/price must be a finite number"},
        {R"("price":1e999)", "/price must be a finite number"},
        {R"("urgent":"true")", "/urgent must be true or false"},
        {R"("urgent":0)", "/urgent must be true or false"},
        {R"("small":256)", "/small must be an integer from 0 to 255"},
        {R"("small":-1)", "/small must be an integer from 0 to 255"},
        {R"("small":3.0)", "/small must be an integer from 0 to 255"},
        {R"("small":"3")", "/small must be an integer from 0 to 255"},
        {R"("huge":18446744073709551616)", "/huge must be an integer from 0 to 18446744073709551615"},
        {R"("big":9223372036854775808)",
         "/big must be an integer from -9223372036854775808 to 9223372036854775807"},
    };

    for (const auto& row : table) BOOST_TEST_CONTEXT(row.member) {
            BOOST_TEST(trouble(R"({"name":"x",)" + std::string(row.member) + "}") == row.complaint);
        }
    BOOST_TEST(trouble(R"({"name":"a\u0000b"})") == "/name must not hold a NUL character");
    BOOST_TEST(trouble("[]") == "the body must be an object");
    BOOST_TEST(trouble(R"({"name":1,"small":-1})") ==
               "/name must be a string; /small must be an integer from 0 to 255");
}

BOOST_AUTO_TEST_CASE(complaints_have_a_limit) {
    std::string body = R"({"name":"x","parts":[)";
    for (int i = 0; i < 100; ++i) body += i == 0 ? "1" : ",1";
    const result<order> got = read_body<order>(body + "]}", type);
    BOOST_TEST_REQUIRE(!got);
    BOOST_TEST(got.error().fields().size() == net::json::complaints_max);
    BOOST_TEST(got.error().fields().back().pointer == "/parts/15");
}

BOOST_AUTO_TEST_CASE(refuses_what_is_no_json) {
    for (const char* body :
         {"{", "{}x", "{\"name\":'x'}", "{\"name\":\"x\",}", "\xEF\xBB\xBF{}", "{\"name\":\"\xFF\"}",
          "{\"name\":\"\\ud800\"}", "{\"price\":01}", "{\"price\":NaN}", "// x\n{}", " ", "{} {}"})
        BOOST_TEST_CONTEXT(body) {
            BOOST_TEST(trouble(body).starts_with("The body is not valid JSON (byte "));
        }
    BOOST_TEST(trouble(" {\"name\":\"x\"} \r\n") == "none");
}

BOOST_AUTO_TEST_CASE(depth_and_memory_are_bounded) {
    const auto nested = [](std::size_t depth) {
        return R"({"name":"x","extra":{"a":)" + std::string(depth - 2, '[') + std::string(depth - 2, ']') +
               "}}";
    };
    BOOST_TEST(trouble(nested(net::json::depth_max)) == "none");
    BOOST_TEST(trouble(nested(net::json::depth_max + 1)).starts_with("The body is not valid JSON"));
    std::string wide = R"({"name":"x","extra":{"a":[[0])";
    for (int i = 0; i < 500'000; ++i) wide += ",[0]";
    const result<order> got = read_body<order>(wide + "]}}", type);
    BOOST_TEST_REQUIRE(!got);
    BOOST_TEST((got.error().code() == errc::too_large));
}

BOOST_AUTO_TEST_CASE(content_types) {
    for (const char* good_type : {"application/json", "Application/JSON", "application/json; charset=utf-8",
                                  "application/json;charset=\"UTF-8\"", "application/json ; x=y"})
        BOOST_TEST_CONTEXT(good_type) {
            BOOST_TEST(!!read_body<shop::named>(R"({"name":"x"})", good_type));
        }
    for (const char* bad_type : {"", "text/plain", "application/jsonx", "application/json; charset=latin1",
                                 "application/problem+json", "application/x-www-form-urlencoded"})
        BOOST_TEST_CONTEXT(bad_type) {
            const result<shop::named> got = read_body<shop::named>(R"({"name":"x"})", bad_type);
            BOOST_TEST_REQUIRE(!got);
            BOOST_TEST((got.error().code() == errc::unsupported_media));
        }
}

BOOST_AUTO_TEST_CASE(an_empty_body_is_an_empty_object) {
    BOOST_TEST(!!read_body<shop::nothing_needed>("", ""));
    const result<shop::named> got = read_body<shop::named>("", "");
    BOOST_TEST_REQUIRE(!got);
    BOOST_TEST(got.error().detail() == "/name is required");
}

BOOST_AUTO_TEST_CASE(writes_what_it_reads) {
    const std::string text =
        R"({"name":"q\"\\\n\u0001é","agentId":"0190a6e0-0000-7000-8000-00000000000a","paint":"darkBlue","at":"in-progress",)"
        R"("parts":[{"what":"w","weightGrams":-5}],"labels":{"a":"1","b":"2"},"extra":{"x":[1,null]},)"
        R"("dueAt":"2026-01-02T03:04:05.250Z","price":2.5,"urgent":false,"small":255,)"
        R"("big":-9223372036854775808,"huge":18446744073709551615})";
    BOOST_TEST(to_text(good(text)) == text);
}

BOOST_AUTO_TEST_CASE(leaves_out_what_is_empty) {
    order one;
    one.name = "x";
    BOOST_TEST(to_text(one) == R"({"name":"x"})");
    one.paint = shop::colour::none_;
    one.at = shop::state::open; // two names: the first is written
    BOOST_TEST(to_text(one) == R"({"name":"x","paint":"none","at":"open"})");
    BOOST_TEST(to_text(shop::nothing_needed{}) == "{}");
    BOOST_TEST(to_text(std::vector<int>{}) == "[]");
    BOOST_TEST(to_text(std::vector<std::optional<int>>{1, {}}) == "[1,null]");
    BOOST_TEST(to_text(std::vector<bool>{true, false}) == "[true,false]");
    BOOST_TEST(to_text(std::map<std::string, int>{}) == "{}");
    BOOST_TEST(to_text(0.1) == "0.1");
    BOOST_TEST(to_text(std::numeric_limits<double>::infinity()) == "null");
    BOOST_TEST(to_text(std::string(300, '"')).size() == 602U);
    const std::string long_text(5000, 'x');
    BOOST_TEST(to_text(boost::json::object{{"a", long_text}}) == "{\"a\":\"" + long_text + "\"}");
}

BOOST_AUTO_TEST_CASE(null_is_a_value_where_two_optionals_wait_for_it) {
    const auto read = [](std::string_view body) {
        result<shop::change> got = read_body<shop::change>(body, type);
        BOOST_TEST_REQUIRE(!!got);
        return *got;
    };
    BOOST_TEST(!read("{}").limit);
    const shop::change removed = read(R"({"limit":null,"inner":null})");
    BOOST_TEST((removed.limit && !*removed.limit));
    BOOST_TEST((removed.inner && !*removed.inner));
    const shop::change set = read(R"({"limit":3,"inner":{"a":null}})");
    BOOST_TEST((set.limit && *set.limit == 3));
    BOOST_TEST((set.inner && *set.inner && !(*set.inner)->a));
    const auto wrong = read_body<shop::change>(R"({"limit":"3","inner":{"a":"x"}})", type);
    BOOST_TEST_REQUIRE(wrong.error().fields().size() == 2U);
    BOOST_TEST(wrong.error().fields()[1].pointer == "/inner/a");
}

BOOST_AUTO_TEST_SUITE_END()
