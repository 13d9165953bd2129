// The judge of the fault tests finds what is wrong, and nothing where nothing is.
#include "test/support/history.hpp"

#include <boost/test/unit_test.hpp>

using holdfast::test::history;
using holdfast::test::stored_tasks;

namespace {

// Task a: completed at once. Task b: a lost answer, a failed attempt, one that fell silent, then completed.
// Task c: failed for good. What can be in order is in it.
struct run {
    history seen;
    stored_tasks stored;

    run() {
        attempt("a", 1, true, "a1", "completed");
        stored["a"] = {"completed", 1, 0, 9, "a1", {{1, "a1"}}};
        attempt("b", 2, false, "b2", "pending"); // nobody got the answer with attempt 1
        seen.received("b", 3);                   // and nothing more: its offer ended
        seen.received("b", 4);
        seen.sent_ack("b", 4);
        seen.answered_ack("b", 4, 200); // silent from here on
        seen.received("b", 5);
        seen.sent_ack("b", 5);
        seen.answered_ack("b", 5, 0); // and again; whether it counted is not known
        attempt("b", 6, true, "b6", "completed");
        seen.sent_result("b", 6, true, "b6"); // once more, after the answer was lost
        seen.answered_result("b", 6, 200, "completed");
        stored["b"] = {"completed", 6, 3, 9, "b6", {{2, "b2"}, {6, "b6"}}};
        attempt("c", 1, false, "c1", "failed");
        stored["c"] = {"failed", 1, 1, 9, "", {{1, "c1"}}};
        for (const char* each : {"a", "b", "c"}) seen.created(each);
    }

    void attempt(const std::string& task, int number, bool completed, const std::string& mark,
                 const std::string& state) {
        seen.received(task, number);
        seen.sent_ack(task, number);
        seen.answered_ack(task, number, 200);
        seen.sent_result(task, number, completed, mark);
        seen.answered_result(task, number, 200, state);
    }

    // What the judge says, in one text.
    [[nodiscard]] std::string verdict() const {
        std::string out;
        for (const std::string& each : seen.judge(stored)) out += each + "\n";
        return out;
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(history_judge)

BOOST_AUTO_TEST_CASE(a_good_run_is_found_good) {
    run r;
    BOOST_TEST(r.verdict() == "");
    BOOST_TEST(r.seen.ended() == 3);
    r.stored["b"].failures = 2; // the acknowledgement without an answer did not arrive
    BOOST_TEST(r.verdict() == "");
}

BOOST_AUTO_TEST_CASE(a_doubled_answer) {
    run r;
    r.seen.received("a", 1);
    BOOST_TEST(r.verdict() == "task a: attempt 1: in 2 answers\n");
}

BOOST_AUTO_TEST_CASE(a_lost_result) {
    run r;
    r.attempt("a", 2, true, "a2", "completed");
    r.stored["a"] = {"completed", 2, 1, 9, "a2", {{1, "a1"}, {2, "a2"}}};
    BOOST_TEST(r.verdict() ==
               "task a: attempt 1: result lost: answered with completed, and it is completed at attempt 2\n");
    run pending;
    pending.stored["a"] = {"pending", 0, 0, 9, "", {{1, "a1"}}};
    BOOST_TEST(pending.verdict().find("result lost") != std::string::npos);
    run other;
    other.stored["c"].status = "completed";
    BOOST_TEST(other.verdict().find("result lost") != std::string::npos);
    BOOST_TEST(other.verdict().find("completed, and no agent said so") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_stuck_task) {
    run r;
    r.seen.created("d");
    r.stored["d"] = {"pending", 0, 0, 9, "", {}};
    BOOST_TEST(r.verdict() == "task d: stuck: pending at attempt 0\n");
    r.seen.received("d", 1);
    r.seen.sent_ack("d", 1);
    r.stored["d"] = {"in-progress", 1, 0, 9, "", {}};
    BOOST_TEST(r.verdict() == "task d: stuck: in-progress at attempt 1\n");
    r.seen.answered_ack("d", 1, 200);
    r.stored["d"].status = "pending";
    BOOST_TEST(r.verdict().find("acknowledged, and pending all the same") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_lost_acknowledgement) {
    run r;
    r.stored["b"].failures = 1; // two attempts began and did not complete, and both were answered with 200
    BOOST_TEST(r.verdict() == "task b: 1 failures, and 2 to 3 attempts began and did not complete\n");
}

BOOST_AUTO_TEST_CASE(a_result_that_counts_twice) {
    run r;
    r.stored["c"].failures = 2;
    BOOST_TEST(r.verdict() == "task c: 2 failures, and 1 to 1 attempts began and did not complete\n");
    run replaced;
    replaced.stored["a"].snapshot = "a2";
    BOOST_TEST(replaced.verdict() == "task a: the snapshot is 'a2', and not 'a1'\n");
}

BOOST_AUTO_TEST_CASE(a_log_that_went_astray) {
    run r;
    r.stored["b"].logs.erase(2);
    BOOST_TEST(r.verdict() == "task b: attempt 2: the log of its result is lost\n");
    r.stored["b"].logs[2] = "b6";
    BOOST_TEST(r.verdict() == "task b: attempt 2: the log is 'b6', and not 'b2'\n");
    run invented;
    invented.stored["a"].logs[7] = "a7";
    BOOST_TEST(invented.verdict() == "task a: attempt 7: has a log, and no agent had it\n");
}

BOOST_AUTO_TEST_CASE(tasks_made_and_lost_or_made_twice) {
    run r;
    r.seen.created("d");
    BOOST_TEST(r.verdict() == "task d: lost: it was made, and the database does not know it\n");
    run twice;
    twice.stored["e"] = {"completed", 1, 0, 9, "e1", {{1, "e1"}}};
    BOOST_TEST(twice.verdict() == "task e: in the database, and nobody was told that it was made\n");
}

BOOST_AUTO_TEST_CASE(an_answer_that_was_not_committed) {
    run r;
    r.seen.received("a", 2);
    BOOST_TEST(r.verdict() == "task a: attempt 2: handed out, and the database is at attempt 1\n");
}

BOOST_AUTO_TEST_CASE(an_end_that_nobody_reported) {
    run r;
    r.seen.created("d");
    r.stored["d"] = {"completed", 1, 0, 9, "d1", {}};
    BOOST_TEST(r.verdict() == "task d: completed, and no agent said so\n");
    r.stored["d"] = {"failed", 1, 0, 9, "", {}};
    BOOST_TEST(r.verdict() == "task d: failed, and no agent said so\n");
}

BOOST_AUTO_TEST_SUITE_END()
