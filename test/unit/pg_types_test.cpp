#include "db/postgres/backoff.hpp"
#include "db/postgres/error.hpp"
#include "db/postgres/migrations.hpp"
#include "db/postgres/params.hpp"
#include "db/postgres/types.hpp"

#include <boost/test/unit_test.hpp>

#include <array>

namespace {

using namespace holdfast;
using namespace std::string_literals;

template <class T> std::string encoded(const T& value) {
    std::string out;
    pg::codec<T>::put(out, value);
    return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(pg_types)

BOOST_AUTO_TEST_CASE(numbers_are_big_endian) {
    BOOST_TEST(encoded(std::int32_t{-2}) == "\xff\xff\xff\xfe"s);
    BOOST_TEST(encoded(std::int64_t{258}) == "\0\0\0\0\0\0\1\2"s);
    BOOST_TEST(encoded(1.0) == "\x3f\xf0\0\0\0\0\0\0"s);
}

BOOST_AUTO_TEST_CASE(times_count_from_2000_and_have_infinities) {
    BOOST_TEST(encoded(instant(std::chrono::seconds(946'684'801))) == "\0\0\0\0\0\x0f\x42\x40"s);
    for (const instant at : {instant::min(), instant::max(), instant()}) {
        instant back;
        BOOST_TEST(pg::codec<instant>::get(encoded(at), back));
        BOOST_TEST((back == at));
    }
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_such_value_are_refused) {
    std::int32_t number = 0;
    BOOST_TEST(!pg::codec<std::int32_t>::get("abc", number));
    uuid u{};
    BOOST_TEST(!pg::codec<uuid>::get("short", u));
    pg::jsonb j;
    BOOST_TEST(!pg::codec<pg::jsonb>::get("\2{}", j));
    std::vector<std::int32_t> list;
    using list_codec = pg::codec<std::vector<std::int32_t>>;
    const std::string whole = encoded(std::vector<std::int32_t>{1, 2, 3});
    BOOST_TEST(list_codec::get(whole, list));
    for (std::size_t cut = 0; cut < whole.size(); ++cut)
        BOOST_TEST(!list_codec::get(whole.substr(0, cut), list), "cut at " << cut);
    std::string two_dimensions = whole;
    two_dimensions[3] = 2;
    BOOST_TEST(!list_codec::get(two_dimensions, list));
    std::string huge = whole;
    huge[12] = 0x7f;
    BOOST_TEST(!list_codec::get(huge, list));
    BOOST_TEST(!list_codec::get(encoded(std::vector<std::int64_t>{1}), list));
    const std::vector<std::optional<std::int32_t>> with_null{1, std::nullopt};
    BOOST_TEST(!list_codec::get(encoded(with_null), list));
}

BOOST_AUTO_TEST_CASE(bind_keeps_types_and_nulls) {
    const pg::params p =
        pg::bind("text", std::string(), std::optional<std::int64_t>(), std::optional<bool>(true));
    BOOST_TEST(p.size() == 4U);
    BOOST_TEST(p.at(0).type == 25U);
    BOOST_TEST(p.at(1).length == 0);
    BOOST_TEST((p.data(p.at(1)) != nullptr));
    BOOST_TEST(p.at(2).type == 20U);
    BOOST_TEST((p.data(p.at(2)) == nullptr));
    BOOST_TEST(p.at(3).type == 16U);
    BOOST_TEST(p.at(3).length == 1);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(pg_errors)

BOOST_AUTO_TEST_CASE(every_sqlstate_has_its_code) {
    const std::pair<const char*, errc> table[] = {
        {"08006", errc::unavailable}, {"08P01", errc::internal},    {"57P01", errc::unavailable},
        {"57P02", errc::unavailable}, {"57P03", errc::unavailable}, {"53300", errc::unavailable},
        {"57014", errc::unavailable}, {"25006", errc::unavailable}, {"40001", errc::unavailable},
        {"40P01", errc::unavailable}, {"23505", errc::conflict},    {"23503", errc::invalid},
        {"22001", errc::invalid},     {"22P03", errc::internal},    {"42P01", errc::internal},
        {"XX000", errc::internal},
    };
    for (const auto& [state, code] : table) {
        const failure got = pg::failure_from(state, "a message", "a_statement");
        BOOST_TEST((got.code() == code), state);
        BOOST_TEST(got.cause() == std::string(state) + ": a message (a_statement)");
        BOOST_TEST(pg::sqlstate_of(got) == state);
        BOOST_TEST(pg::repeatable(got) == (std::string_view(state).substr(0, 2) == "40"));
    }
}

BOOST_AUTO_TEST_CASE(no_value_gets_into_the_cause) {
    const failure got =
        pg::failure_from("22P02", "invalid input syntax for type uuid: \"a \"secret\" b\"", "s");
    BOOST_TEST(got.cause() == "22P02: invalid input syntax for type uuid: \"…\" (s)");
}

BOOST_AUTO_TEST_CASE(a_failure_of_our_own_has_no_sqlstate) {
    BOOST_TEST(pg::sqlstate_of(pg::unavailable("FATAL:  the database system is starting up")).empty());
    BOOST_TEST(pg::sqlstate_of(pg::unavailable("closed")).empty());
    BOOST_TEST(pg::sqlstate_of(failure{errc::internal}).empty());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(pg_backoff)

BOOST_AUTO_TEST_CASE(pauses_grow_to_the_cap_and_start_over_after_a_reset) {
    pg::backoff pauses(1);
    auto limit = pg::backoff::base;
    auto longest = limit;
    for (int i = 0; i < 200; ++i) {
        const auto next = pauses.next();
        BOOST_TEST((next.count() >= 0 && next <= limit));
        longest = std::max(longest, next);
        limit = std::min(2 * limit, pg::backoff::cap);
    }
    BOOST_TEST((longest > pg::backoff::cap / 2));
    pauses.reset();
    BOOST_TEST((pauses.next() <= pg::backoff::base));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(pg_schema)

BOOST_AUTO_TEST_CASE(what_is_applied_against_what_is_known) {
    const std::array<pg::migration, 3> known{{{1, "one", "a"}, {2, "two", "b"}, {5, "five", "c"}}};
    const pg::applied_migration one{1, "one", pg::sha256_hex("a")};
    const pg::applied_migration two{2, "two", pg::sha256_hex("b")};
    const pg::applied_migration five{5, "five", pg::sha256_hex("c")};
    const pg::applied_migration six{6, "six", pg::sha256_hex("d")};
    const pg::applied_migration other{2, "two", pg::sha256_hex("B")};
    using kind = pg::schema_kind;
    BOOST_TEST((pg::compare_schema({one, two, five}, known).kind == kind::current));
    BOOST_TEST((pg::compare_schema({}, known).kind == kind::older));
    BOOST_TEST((pg::compare_schema({one}, known).kind == kind::older));
    BOOST_TEST(pg::compare_schema({one, two}, known).words.ends_with("lacks migration 5 (five)"));
    BOOST_TEST((pg::compare_schema({one, two, five, six}, known).kind == kind::newer));
    BOOST_TEST((pg::compare_schema({one}, {}).kind == kind::newer));
    BOOST_TEST((pg::compare_schema({one, other}, known).kind == kind::changed));
    BOOST_TEST((pg::compare_schema({one, five}, known).kind == kind::changed));
    BOOST_TEST((pg::compare_schema({}, {}).kind == kind::current));
}

BOOST_AUTO_TEST_CASE(the_hash_is_sha_256) {
    BOOST_TEST(pg::sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

BOOST_AUTO_TEST_SUITE_END()
