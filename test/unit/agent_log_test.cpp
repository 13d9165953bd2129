#include "app/agent/attempt_log.hpp"
#include "app/agent/log_text.hpp"
#include "net/json/write.hpp"

#include <boost/test/unit_test.hpp>

using namespace holdfast;
using app::attempt_log;
using app::json_head;
using app::storable;
using app::storable_tail;

namespace {

// All that can be sent now, as a server would have it.
std::string sent_from(attempt_log& log) {
    std::string out;
    const auto first = log.next();
    const std::int32_t begin = first ? first->offset : 0;
    while (const auto piece = log.next()) {
        BOOST_TEST_REQUIRE(piece->offset == begin + static_cast<std::int32_t>(out.size()));
        out += piece->text;
        log.taken();
    }
    return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(agent_log)

BOOST_AUTO_TEST_CASE(what_a_database_takes) {
    const std::string odd("a\0b\xff\xc3\x28\xe2\x82z\xed\xa0\x80\xf4\x90\x80\x80", 16);
    const std::string r = "\xEF\xBF\xBD";
    BOOST_TEST(storable_tail(odd, 1000) ==
               "a" + r + "b" + r + r + "(" + r + r + "z" + r + r + r + r + r + r + r);
    const std::string good = "\x7f \xc3\xa4 \xe2\x82\xac \xf0\x9f\x94\x92";
    BOOST_TEST(storable_tail(good, 1000) == good);
}

BOOST_AUTO_TEST_CASE(an_end_by_its_size_in_json) {
    BOOST_TEST(storable_tail("abcdef", 3) == "def");
    BOOST_TEST(storable_tail("ab\nd", 3) == "\nd");
    BOOST_TEST(storable_tail("ab\nd", 2) == "d");
    BOOST_TEST(storable_tail("a\x01z", 6) == "z");
    BOOST_TEST(storable_tail("a\xe2\x82\xac", 2) == ""); // no part of a character
    BOOST_TEST(storable_tail("", 0) == "");
    std::string all;
    for (int i = 0; i < 300'000; ++i) all += static_cast<char>(i * 7);
    const std::string kept = storable_tail(all, 100'000);
    std::string json;
    net::json::write(json, std::string_view(kept));
    BOOST_TEST(json.size() <= 100'002U);
    BOOST_TEST(json.size() > 99'990U);
}

BOOST_AUTO_TEST_CASE(a_beginning_by_its_size_in_json) {
    BOOST_TEST(json_head("abcdef", 3) == 3U);
    BOOST_TEST(json_head("abc", 3) == 3U);
    BOOST_TEST(json_head("a\nb", 2) == 1U);
    BOOST_TEST(json_head("\x01z", 5) == 0U);
    const std::string euro = "a\xe2\x82\xac";
    BOOST_TEST(json_head(euro, 3) == 1U); // no part of a character
    BOOST_TEST(json_head(euro, 4) == 4U);
    BOOST_TEST(json_head("", 4) == 0U);
}

BOOST_AUTO_TEST_CASE(passwords_and_broken_text_are_gone_before_bytes_are_counted) {
    attempt_log log("rest:https://joe:s3cret@host/r");
    log.add("at rest:https://joe:s3cret@host/r");
    log.add("broken \xff");
    log.follow(0);
    const auto piece = log.next();
    BOOST_TEST_REQUIRE(piece.has_value());
    BOOST_TEST(piece->text == "at rest:https://joe:***@host/r\nbroken \xEF\xBF\xBD\n");
    log.taken();
    log.add("more");
    BOOST_TEST(log.next()->offset ==
               static_cast<std::int32_t>(std::string("at rest:https://joe:***@host/r\nbroken ???\n").size()));
}

BOOST_AUTO_TEST_CASE(nothing_is_sent_before_it_is_known_what_it_follows) {
    attempt_log log("/r");
    BOOST_TEST(!log.waits());
    log.add("line");
    BOOST_TEST(log.waits());
    BOOST_TEST(!log.next().has_value());
    BOOST_TEST(!log.rest().sent.has_value());
    log.follow(100);
    BOOST_TEST(log.next()->offset == 100);
    log.taken();
    BOOST_TEST(!log.next().has_value());
    BOOST_TEST(log.rest().sent.value() == 105);
    BOOST_TEST(log.rest().text.empty());
}

BOOST_AUTO_TEST_CASE(a_piece_without_an_answer_comes_again_as_it_was) {
    attempt_log log("/r");
    log.follow(0);
    log.add("one");
    BOOST_TEST(log.next()->text == "one\n");
    log.add("two");
    BOOST_TEST(log.next()->text == "one\n");
    BOOST_TEST(log.rest().in_doubt == 4);
    BOOST_TEST(log.rest().text == "one\ntwo\n");
    for (int i = 0; i < 4; ++i) log.add(std::string(1'000'000, 'x')); // much is dropped, not this
    BOOST_TEST(log.next()->text == "one\n");
    log.taken();
    BOOST_TEST(log.next()->offset == 4);
    BOOST_TEST(log.next()->text.starts_with("["));
}

BOOST_AUTO_TEST_CASE(pieces_are_of_whole_characters_and_bounded) {
    attempt_log log("/r");
    log.follow(0);
    std::string line;
    while (line.size() < 1'000'000) line += "\xe2\x82\xac\x01";
    log.add(line);
    std::string all;
    while (const auto piece = log.next()) {
        std::string json;
        net::json::write(json, piece->text);
        BOOST_TEST(json.size() <= app::piece_bytes_max + 2);
        BOOST_TEST((storable(piece->text) == piece->text));
        all += piece->text;
        log.taken();
    }
    BOOST_TEST((all == line + "\n"));
}

BOOST_AUTO_TEST_CASE(of_too_much_the_end_is_kept) {
    attempt_log log("/r");
    std::size_t bytes = 0;
    for (int i = 0; bytes < 2 * attempt_log::waiting_bytes_max; ++i) {
        const std::string line = "line " + std::to_string(i);
        log.add(line);
        bytes += line.size() + 1;
    }
    log.add("the end");
    const app::log_rest left = log.rest();
    BOOST_TEST(left.text.size() <= attempt_log::waiting_bytes_max + 100);
    BOOST_TEST_REQUIRE(left.text.starts_with("["));
    BOOST_TEST(left.text.ends_with("the end\n"));
    const std::size_t first = left.text.find('\n') + 1;
    BOOST_TEST(left.text.substr(first).starts_with("line ")); // whole lines
    BOOST_TEST(
        left.text.starts_with("[" + std::to_string(bytes + 8 - (left.text.size() - first)) + " bytes "));
    log.follow(0);
    BOOST_TEST((sent_from(log) == left.text));
    BOOST_TEST(log.rest().text.empty());
}

BOOST_AUTO_TEST_CASE(room_for_the_end_is_left_where_the_server_takes_no_more) {
    attempt_log log("/r");
    log.follow(0);
    std::size_t sent = 0;
    for (int i = 0; i < 40; ++i) {
        log.add(std::string(500'000, 'x'));
        sent += sent_from(log).size();
    }
    log.add("the end");
    BOOST_TEST(!log.waits());
    const app::log_rest left = log.rest();
    BOOST_TEST(static_cast<std::size_t>(left.sent.value()) == sent);
    BOOST_TEST(sent + left.text.size() <= static_cast<std::size_t>(log_bytes_max));
    BOOST_TEST(left.text.starts_with("["));
    BOOST_TEST(left.text.ends_with("the end\n"));
}

BOOST_AUTO_TEST_SUITE_END()
