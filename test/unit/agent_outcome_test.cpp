#include "app/agent/outcome.hpp"
#include "net/json/write.hpp"

#include <boost/test/unit_test.hpp>

using namespace holdfast;
using app::exit_status;
using app::make_report;
using app::order;
using app::output;
using app::report;
using app::restic_output;
using app::storable_tail;

namespace {

// Lines as restic 0.14 and 0.17 write them.
const std::string status_line =
    R"({"message_type":"status","percent_done":0.5,"total_files":1,"current_files":["/a"]})"
    "\n";
const std::string summary_line =
    R"({"message_type":"summary","files_new":3,"files_changed":1,"files_unmodified":2,"data_added":1409,)"
    R"("total_files_processed":6,"total_bytes_processed":2048,"total_duration":0.25,"snapshot_id":"77f275c8"})"
    "\n";

restic_output said(const std::string& standard, const std::string& error = "") {
    restic_output out;
    out.feed(output::standard, standard);
    out.feed(output::error, error);
    out.finish();
    return out;
}

report reported(int code, const restic_output& what, const std::string& repository = "/r") {
    order task;
    task.attempt = 4;
    task.repository = repository;
    return make_report(task, exit_status{.code = code}, what, 1.5);
}

} // namespace

BOOST_AUTO_TEST_SUITE(agent_outcome)

BOOST_AUTO_TEST_CASE(a_backup_that_went_well) {
    const report r = reported(0, said(status_line + summary_line));
    BOOST_TEST((r.status == outcome::completed));
    BOOST_TEST(r.attempt.value() == 4);
    BOOST_TEST(r.duration_seconds.value() == 1.5);
    BOOST_TEST(r.snapshot_id.value() == "77f275c8");
    BOOST_TEST(r.statistics->at("filesNew").as_int64() == 3);
    BOOST_TEST(r.statistics->at("dataAdded").as_int64() == 1409);
    BOOST_TEST(r.statistics->at("totalDuration").as_double() == 0.25);
    BOOST_TEST(!r.statistics->contains("messageType"));
    BOOST_TEST(!r.error_message.has_value());
    BOOST_TEST(!r.error_category.has_value());
    BOOST_TEST(*r.log ==
               "files: 3 new, 1 changed, 2 unmodified; added 1409 bytes; processed 6 files, 2048 bytes; "
               "snapshot 77f275c8\n");
}

BOOST_AUTO_TEST_CASE(lines_come_in_any_pieces) {
    const std::string all = "one\n" + summary_line + "two\r\nthree";
    restic_output bytewise;
    for (const char c : all) bytewise.feed(output::standard, {&c, 1});
    bytewise.finish();
    BOOST_TEST(bytewise.text() == said(all).text());
    BOOST_TEST(bytewise.text().ends_with("two\nthree\n"));
    BOOST_TEST(bytewise.summary().has_value());
}

BOOST_AUTO_TEST_CASE(an_incomplete_snapshot_is_a_failure_that_names_the_first_file) {
    const std::string old_style =
        R"({"message_type":"error","error":{"Op":"open","Path":"/a","Err":13},"during":"archival","item":"/a"})"
        "\n";
    const std::string new_style =
        R"({"message_type":"error","error":{"message":"lstat /b: gone"},"during":"scan","item":"/b"})"
        "\n";
    const report r = reported(3, said(summary_line, old_style + new_style));
    BOOST_TEST((r.status == outcome::failed));
    BOOST_TEST((r.error_category.value() == error_category::transient));
    BOOST_TEST(r.snapshot_id.value() == "77f275c8");
    BOOST_TEST(r.error_message.value() == "the snapshot is incomplete: cannot read /a");
    BOOST_TEST(r.log->find("error: /a: cannot open\n") != std::string::npos);
    BOOST_TEST(r.log->find("error: /b: lstat /b: gone\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_fatal_line_is_the_reason) {
    const report r = reported(1, said("", "warning\nFatal: wrong password or no key found\nmore\n"));
    BOOST_TEST(r.error_message.value() == "wrong password or no key found");
    BOOST_TEST((r.error_category.value() == error_category::permission));
    const report newer = reported(
        12,
        said("",
             R"({"message_type":"exit_error","code":12,"message":"Fatal: wrong password or no key found"})"));
    BOOST_TEST(newer.error_message.value() == "wrong password or no key found");
    BOOST_TEST(*newer.log == "Fatal: wrong password or no key found\n");
}

BOOST_AUTO_TEST_CASE(without_a_fatal_line_the_last_one_is) {
    BOOST_TEST(reported(1, said("out\n", "first\nlast\n\n")).error_message.value() == "last");
    BOOST_TEST(reported(7, said("out\n")).error_message.value() == "restic ended with status 7");
}

BOOST_AUTO_TEST_CASE(a_missing_repository_is_recognised) {
    const restic_output what =
        said("", "Fatal: unable to open config file: stat /r/config: no such file or directory\n"
                 "Is there a repository at the following location?\n/r\n");
    BOOST_TEST(what.no_repository());
    BOOST_TEST((reported(1, what).error_category.value() == error_category::repository));
    BOOST_TEST(!said("", "Fatal: wrong password or no key found\n").no_repository());
}

BOOST_AUTO_TEST_CASE(a_lock_is_recognised) {
    const std::string words = "unable to create lock in backend: repository is already locked by PID 1 on vm";
    BOOST_TEST(said("", words + "\n").locked());
    BOOST_TEST(said("", R"({"message_type":"exit_error","code":11,"message":")" + words + "\"}\n").locked());
    BOOST_TEST(!said("locks\n", "unlocked\n").locked());
}

BOOST_AUTO_TEST_CASE(out_of_time) {
    order task;
    task.execution_params = app::execution_limits{{}, {}, 30};
    const report r =
        make_report(task, exit_status{.code = 130, .timed_out = true}, said("", "Fatal: x\n"), 30);
    BOOST_TEST((r.status == outcome::failed));
    BOOST_TEST((r.error_category.value() == error_category::transient));
    BOOST_TEST(r.error_message.value() == "stopped after 30 s, the task's timeoutSeconds");
    // Ended well at the last moment, but too late to tell: what was asked to end did not complete.
    BOOST_TEST((make_report(task, exit_status{.code = 0, .timed_out = true}, said(""), 30).status ==
                outcome::failed));
}

BOOST_AUTO_TEST_CASE(no_password_in_anything) {
    const std::string repository = "rest:https://joe:s3cret@host/r";
    const report r =
        reported(1, said("at " + repository + "\n", "Fatal: Head \"https://joe:s3cret@host/r\": refused\n"),
                 repository);
    BOOST_TEST(net::json::to_text(r).find("s3cret") == std::string::npos);
    BOOST_TEST(r.error_message.value() == "Head \"https://joe:***@host/r\": refused");
    BOOST_TEST(r.log->find("at rest:https://joe:***@host/r\n") != std::string::npos);
    BOOST_TEST(app::failed_report({}, "plain", error_category::unknown, 0).error_message.value() == "plain");
}

BOOST_AUTO_TEST_CASE(what_only_looks_like_json_is_text) {
    const std::string lines = "{not json\n{\"message_type\":\"other\"}\n[1]\n";
    BOOST_TEST(said(lines).text() == lines);
    BOOST_TEST(reported(0, said(R"({"message_type":"summary","files_new":1.5,"data_added":"x"})"))
                   .log->starts_with("files: "));
}

BOOST_AUTO_TEST_CASE(memory_is_bounded) {
    restic_output out;
    const std::string line(restic_output::line_bytes_max * 2, 'x');
    for (int i = 0; i < 64; ++i) out.feed(output::standard, line);
    out.feed(output::standard, "\n");
    BOOST_TEST(out.text().size() == restic_output::line_bytes_max + 1);
    for (int i = 0; i < 64; ++i) out.feed(output::standard, line + "\n");
    BOOST_TEST(out.text().size() <= restic_output::text_bytes_max);
    out.feed(output::standard, "the end\n");
    BOOST_TEST(out.text().ends_with("the end\n"));
}

BOOST_AUTO_TEST_CASE(the_log_is_storable) {
    const std::string odd("a\0b\xff\xc3\x28\xe2\x82z\xed\xa0\x80\xf4\x90\x80\x80", 16);
    const std::string r = "\xEF\xBF\xBD";
    BOOST_TEST(storable_tail(odd, 1000) ==
               "a" + r + "b" + r + r + "(" + r + r + "z" + r + r + r + r + r + r + r);
    const std::string good = "\x7f \xc3\xa4 \xe2\x82\xac \xf0\x9f\x94\x92";
    BOOST_TEST(storable_tail(good, 1000) == good);
}

BOOST_AUTO_TEST_CASE(the_end_of_the_log_is_kept_by_its_size_in_json) {
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

BOOST_AUTO_TEST_SUITE_END()
