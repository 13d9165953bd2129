// What a server hears of a task while it runs, from the real agent with a restic that does as it is told.
#include "test/support/agent_process.hpp"

#include <boost/test/unit_test.hpp>

using namespace holdfast;
using test::answer;

namespace {

// Says how far it is, and ends when it may; an interrupt is noted and obeyed.
const std::string patient_restic = R"(
trap 'touch "$FOLDER/interrupted"; exit 130' INT
[ "$1" = backup ] || exit 0
await() { while [ ! -e "$FOLDER/$1" ]; do sleep 0.05; done; }
status() { echo "{\"message_type\":\"status\",\"percent_done\":$1,\"total_files\":4,\"files_done\":$2}"; }
)";

const std::string summary =
    R"(echo '{"message_type":"summary","files_new":1,"snapshot_id":"77f275c8"}'
)";

const std::string summary_text =
    "files: 1 new, 0 changed, 0 unmodified; added 0 bytes; processed 0 files, 0 bytes; snapshot 77f275c8\n";

struct reporting : test::agent_process {
    void start(const std::string& restic) {
        start_agent({"--progress-interval", "1", "--restic", script("restic", patient_restic + restic)});
    }

    double percent_of(const std::string& id) {
        const answer now = task(id);
        const auto* progress = now.body.as_object().if_contains("progress");
        return progress ? progress->at("percentDone").to_number<double>() : -1;
    }

    void until_log(const std::string& id, const std::string& wanted) {
        until("the log " + wanted, [&] { return log_of(id) == wanted; });
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(agent_live_report, reporting)

BOOST_AUTO_TEST_CASE(progress_and_log_are_seen_while_it_runs) {
    start("status 0.25 1; echo one; await more; status 0.5 2; echo two; await end; echo three\n" + summary);
    const std::string id = ordered("backup");
    until("the progress", [&] { return percent_of(id) == 25; });
    BOOST_TEST(task(id).body.at("progress").at("filesDone").as_int64() == 1);
    BOOST_TEST(task(id).body.at("progress").at("totalFiles").as_int64() == 4);
    until_log(id, "one\n");
    BOOST_TEST(task(id).text("status") == "in-progress");
    touch("more");
    until("more of it", [&] { return percent_of(id) == 50; });
    until_log(id, "one\ntwo\n");
    touch("end");
    BOOST_TEST(end_of_task(id).text("status") == "completed");
    BOOST_TEST(log_of(id) == "one\ntwo\nthree\n" + summary_text);
    BOOST_TEST(stop_agent() == 0);
}

BOOST_AUTO_TEST_CASE(a_server_that_is_away_holds_nothing_up_and_misses_nothing) {
    start("echo one; await two; echo two; await three; echo three; touch \"$FOLDER/done\"\n" + summary);
    const std::string id = ordered("backup");
    until_log(id, "one\n");
    server.kill();
    touch("two");
    until("a report that does not arrive",
          [&] { return agent_log.find("progress can't be reported") != std::string::npos; });
    touch("three");
    until("the end", [&] { return there_is("done"); });
    server.start_again();
    BOOST_TEST(end_of_task(id).text("status") == "completed");
    BOOST_TEST(log_of(id) == "one\ntwo\nthree\n" + summary_text);
    BOOST_TEST(stop_agent() == 0);
}

BOOST_AUTO_TEST_CASE(a_cancel_comes_with_the_answer) {
    start("i=0; while :; do i=$((i+1)); status 0.$((100+i)) 1; sleep 0.1; done\n");
    const std::string id = ordered("backup");
    until("the progress", [&] { return percent_of(id) > 0; });
    BOOST_TEST(root.post("/tasks/" + id + "/cancel").status == 200U);
    until("the interrupt", [&] { return there_is("interrupted"); });
    BOOST_TEST(end_of_task(id).text("status") == "cancelled");
    // Free for the next, and nothing is left to deliver.
    touch("end");
    script("restic", patient_restic + summary);
    BOOST_TEST(end_of_task(ordered("backup")).text("status") == "completed");
    BOOST_TEST(std::filesystem::is_empty(folder / "state" / "results"));
    BOOST_TEST(stop_agent() == 0);
}

BOOST_AUTO_TEST_CASE(the_log_of_an_attempt_that_was_given_back_goes_on) {
    start("echo one; await end\n" + summary);
    const std::string id = ordered("backup");
    until_log(id, "one\n");
    BOOST_TEST(stop_agent() == 0);
    BOOST_TEST(task(id).text("status") == "pending");
    start("echo two; await end; echo three\n" + summary);
    until_log(id, "one\ntwo\n");
    touch("end");
    const answer done = end_of_task(id);
    BOOST_TEST(done.text("status") == "completed");
    BOOST_TEST(done.number("attempt") == 1);
    BOOST_TEST(log_of(id) == "one\ntwo\nthree\n" + summary_text);
    BOOST_TEST(stop_agent() == 0);
}

BOOST_AUTO_TEST_CASE(what_a_result_has_no_room_for_goes_before_it) {
    start("yes line | head -n 300000; printf 'a\\033b\\377\\n'\n" + summary);
    const std::string id = ordered("backup");
    BOOST_TEST(end_of_task(id).text("status") == "completed");
    std::string wanted;
    for (int i = 0; i < 300'000; ++i) wanted += "line\n";
    wanted += "a\033b\xEF\xBF\xBD\n" + summary_text;
    BOOST_TEST((log_of(id) == wanted));
    BOOST_TEST(stop_agent() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
