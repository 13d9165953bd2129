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

namespace {

// Lines as restic 0.14 and 0.17 write them.
const std::string status_line =
    R"({"message_type":"status","percent_done":0.5,"total_files":1,"current_files":["/a"]})"
    "\n";
const std::string summary_line =
    R"({"message_type":"summary","files_new":3,"files_changed":1,"files_unmodified":2,"data_added":1409,)"
    R"("total_files_processed":6,"total_bytes_processed":2048,"total_duration":0.25,"snapshot_id":"77f275c8"})"
    "\n";

// What restic said, and the lines that are for its log.
struct heard {
    std::string text;
    restic_output what{[this](std::string_view line) { text.append(line) += '\n'; }};

    heard() = default;
    heard(const heard&) = delete;
    heard& operator=(const heard&) = delete;
    ~heard() = default;
};

struct said : heard {
    explicit said(const std::string& standard, const std::string& error = "") {
        what.feed(output::standard, standard);
        what.feed(output::error, error);
        what.finish();
    }
};

report reported(int code, const heard& from, const std::string& repository = "/r") {
    order task;
    task.attempt = 4;
    task.repository = repository;
    return make_report(task, exit_status{.code = code}, from.what, 1.5);
}

} // namespace

BOOST_AUTO_TEST_SUITE(agent_outcome)

BOOST_AUTO_TEST_CASE(a_backup_that_went_well) {
    const said all(status_line + summary_line);
    const report r = reported(0, all);
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
    BOOST_TEST(!r.log.has_value()); // it goes its own way
    BOOST_TEST(all.text ==
               "files: 3 new, 1 changed, 2 unmodified; added 1409 bytes; processed 6 files, 2048 bytes; "
               "snapshot 77f275c8\n");
}

BOOST_AUTO_TEST_CASE(lines_come_in_any_pieces) {
    const std::string all = "one\n" + summary_line + "two\r\nthree";
    heard bytewise;
    for (const char c : all) bytewise.what.feed(output::standard, {&c, 1});
    bytewise.what.finish();
    BOOST_TEST(bytewise.text == said(all).text);
    BOOST_TEST(bytewise.text.ends_with("two\nthree\n"));
    BOOST_TEST(bytewise.what.summary().has_value());
}

BOOST_AUTO_TEST_CASE(an_incomplete_snapshot_is_a_failure_that_names_the_first_file) {
    const std::string old_style =
        R"({"message_type":"error","error":{"Op":"open","Path":"/a","Err":13},"during":"archival","item":"/a"})"
        "\n";
    const std::string new_style =
        R"({"message_type":"error","error":{"message":"lstat /b: gone"},"during":"scan","item":"/b"})"
        "\n";
    const said all(summary_line, old_style + new_style);
    const report r = reported(3, all);
    BOOST_TEST((r.status == outcome::failed));
    BOOST_TEST((r.error_category.value() == error_category::transient));
    BOOST_TEST(r.snapshot_id.value() == "77f275c8");
    BOOST_TEST(r.error_message.value() == "the snapshot is incomplete: cannot read /a");
    BOOST_TEST(all.text.find("error: /a: cannot open\n") != std::string::npos);
    BOOST_TEST(all.text.find("error: /b: lstat /b: gone\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_fatal_line_is_the_reason) {
    const report r = reported(1, said("", "warning\nFatal: wrong password or no key found\nmore\n"));
    BOOST_TEST(r.error_message.value() == "wrong password or no key found");
    BOOST_TEST((r.error_category.value() == error_category::permission));
    const said newer_words(
        "", R"({"message_type":"exit_error","code":12,"message":"Fatal: wrong password or no key found"})");
    const report newer = reported(12, newer_words);
    BOOST_TEST(newer.error_message.value() == "wrong password or no key found");
    BOOST_TEST(newer_words.text == "Fatal: wrong password or no key found\n");
}

BOOST_AUTO_TEST_CASE(without_a_fatal_line_the_last_one_is) {
    BOOST_TEST(reported(1, said("out\n", "first\nlast\n\n")).error_message.value() == "last");
    BOOST_TEST(reported(7, said("out\n")).error_message.value() == "restic ended with status 7");
}

BOOST_AUTO_TEST_CASE(a_missing_repository_is_recognised) {
    const said words("", "Fatal: unable to open config file: stat /r/config: no such file or directory\n"
                         "Is there a repository at the following location?\n/r\n");
    BOOST_TEST(words.what.no_repository());
    BOOST_TEST((reported(1, words).error_category.value() == error_category::repository));
    BOOST_TEST(!said("", "Fatal: wrong password or no key found\n").what.no_repository());
}

BOOST_AUTO_TEST_CASE(a_lock_is_recognised) {
    const std::string words = "unable to create lock in backend: repository is already locked by PID 1 on vm";
    BOOST_TEST(said("", words + "\n").what.locked());
    BOOST_TEST(
        said("", R"({"message_type":"exit_error","code":11,"message":")" + words + "\"}\n").what.locked());
    BOOST_TEST(!said("locks\n", "unlocked\n").what.locked());
}

BOOST_AUTO_TEST_CASE(out_of_time) {
    order task;
    task.execution_params = app::execution_limits{{}, {}, 30};
    const report r =
        make_report(task, exit_status{.code = 130, .timed_out = true}, said("", "Fatal: x\n").what, 30);
    BOOST_TEST((r.status == outcome::failed));
    BOOST_TEST((r.error_category.value() == error_category::transient));
    BOOST_TEST(r.error_message.value() == "stopped after 30 s, the task's timeoutSeconds");
    // Ended well at the last moment, but too late to tell: what was asked to end did not complete.
    BOOST_TEST((make_report(task, exit_status{.code = 0, .timed_out = true}, said("").what, 30).status ==
                outcome::failed));
}

BOOST_AUTO_TEST_CASE(no_password_in_anything) {
    const report r = reported(1, said("", "Fatal: Head \"https://joe:s3cret@host/r\": refused\n"),
                              "rest:https://joe:s3cret@host/r");
    BOOST_TEST(net::json::to_text(r).find("s3cret") == std::string::npos);
    BOOST_TEST(r.error_message.value() == "Head \"https://joe:***@host/r\": refused");
    BOOST_TEST(app::failed_report({}, "plain", error_category::unknown, 0).error_message.value() == "plain");
}

BOOST_AUTO_TEST_CASE(how_far_it_is) {
    BOOST_TEST(!said(summary_line).what.progress().has_value());
    const said early(R"({"message_type":"status","percent_done":0,"total_files":1,"total_bytes":0})"
                     "\n");
    BOOST_TEST(early.what.progress()->percent_done.value() == 0);
    BOOST_TEST(early.what.progress()->total_files.value() == 1);
    BOOST_TEST(!early.what.progress()->bytes_done.has_value());
    BOOST_TEST(early.text.empty());
    const said later(
        status_line +
        R"({"message_type":"status","percent_done":0.33333,"files_done":2,"bytes_done":7,"total_bytes":21})"
        "\n");
    BOOST_TEST(later.what.progress()->percent_done.value() == 33.3);
    BOOST_TEST(later.what.progress()->files_done.value() == 2);
    BOOST_TEST(later.what.progress()->bytes_done.value() == 7);
    BOOST_TEST(!later.what.progress()->total_files.has_value()); // the newest, nothing of the one before
    const said odd(R"({"message_type":"status","percent_done":1.7,"bytes_done":"x","files_done":-3})"
                   "\n");
    BOOST_TEST(odd.what.progress()->percent_done.value() == 100);
    BOOST_TEST(!odd.what.progress()->bytes_done.has_value());
    BOOST_TEST(!odd.what.progress()->files_done.has_value());
}

BOOST_AUTO_TEST_CASE(what_only_looks_like_json_is_text) {
    const std::string lines = "{not json\n{\"message_type\":\"other\"}\n[1]\n";
    BOOST_TEST(said(lines).text == lines);
    BOOST_TEST(
        said(R"({"message_type":"summary","files_new":1.5,"data_added":"x"})").text.starts_with("files: "));
}

BOOST_AUTO_TEST_CASE(a_line_is_bounded) {
    heard out;
    const std::string line(app::line_cutter::line_bytes_max * 2, 'x');
    for (int i = 0; i < 64; ++i) out.what.feed(output::standard, line);
    out.what.feed(output::standard, "\nnext\n");
    BOOST_TEST(out.text.size() == app::line_cutter::line_bytes_max + 6);
    BOOST_TEST(out.text.ends_with("\nnext\n"));
}

BOOST_AUTO_TEST_SUITE_END()
