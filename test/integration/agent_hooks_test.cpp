// What the operator's programs around a task see, and what becomes of the task.
#include "test/support/agent_process.hpp"

#include <boost/json/array.hpp>
#include <boost/test/unit_test.hpp>

using namespace holdfast;
using test::answer;
using test::contents_of;

namespace {

const std::string prints_facts =
    R"(for each in TASK_ID TASK_TYPE POLICY_ID ATTEMPT REPOSITORY STATUS SNAPSHOT_ID WAIT
do eval "echo \"$each=\$HOLDFAST_$each\""; done >> "$FOLDER/facts"
)";

const std::string good_restic = R"(touch "$FOLDER/restic ran"
echo '{"message_type":"summary","snapshot_id":"77f275c8"}'
)";

struct hooked : test::agent_process {
    std::vector<std::string> words{"--progress-interval", "1"};

    hooked() {
        environment.emplace_back("HOLDFAST_WAIT=50");
        policy = made("/policies", {{"name", "with-a-password"},
                                    {"schedule", "@daily"},
                                    {"includePaths", boost::json::array{"/etc"}},
                                    {"repository", "rest:https://joe:s3cret@host/r"}})
                     .text("policyId");
    }

    void with(const std::string& option, const std::string& value) {
        words.push_back(option);
        words.push_back(value);
    }

    void start(const std::string& restic) {
        with("--restic", script("restic", restic));
        start_agent(words);
    }

    std::string facts(const std::string& id, const std::string& status, const std::string& snapshot) {
        return "TASK_ID=" + id + "\nTASK_TYPE=backup\nPOLICY_ID=" + policy +
               "\nATTEMPT=1\nREPOSITORY=rest:https://joe:***@host/r\nSTATUS=" + status +
               "\nSNAPSHOT_ID=" + snapshot + "\nWAIT=\n";
    }
};

bool has(const std::string& text, const std::string& what) {
    return text.find(what) != std::string::npos;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(agent_hooks, hooked)

BOOST_AUTO_TEST_CASE(around_a_task_that_goes_well) {
    with("--pre-hook", script("first", prints_facts + "echo quiescing\n"));
    with("--pre-hook", script("second", "echo snapshot of the volume\n"));
    with("--post-hook", script("third", "echo broken >&2; exit 3\n"));
    with("--post-hook", script("fourth", prints_facts));
    start(good_restic);
    const std::string id = ordered("backup");
    BOOST_TEST(end_of_task(id).text("status") == "completed");
    BOOST_TEST(contents_of(folder / "facts") == facts(id, "", "") + facts(id, "completed", "77f275c8"));
    const std::string log = log_of(id);
    const std::size_t before = log.find("quiescing\nrunning the pre-hook");
    const std::size_t restic = log.find("snapshot 77f275c8\n");
    const std::size_t after = log.find("broken\nthe post-hook " + (folder / "third").string() +
                                       " ended with status 3: broken\nrunning the post-hook");
    BOOST_TEST((before < restic && restic < after && after < log.size()), log);
    BOOST_TEST(stop_agent() == 0);
}

BOOST_AUTO_TEST_CASE(a_hook_that_fails_fails_the_attempt) {
    with("--pre-hook", script("first", "echo 'the database is not there'; exit 2\n"));
    with("--pre-hook", script("second", "touch \"$FOLDER/second ran\"\n"));
    with("--post-hook", script("third", prints_facts));
    start(good_restic);
    const std::string id = ordered("backup");
    const answer failed = end_of_task(id);
    BOOST_TEST(failed.text("status") == "failed");
    BOOST_TEST(failed.text("errorCategory") == "transient");
    BOOST_TEST(failed.text("errorMessage").ends_with("first ended with status 2: the database is not there"));
    BOOST_TEST(has(log_of(id), "the database is not there\n"));
    BOOST_TEST(!there_is("restic ran"));
    BOOST_TEST(!there_is("second ran"));
    BOOST_TEST(contents_of(folder / "facts") == facts(id, "failed", ""));
    BOOST_TEST(stop_agent() == 0);
}

BOOST_AUTO_TEST_CASE(one_that_is_not_there_or_does_not_end) {
    with("--hook-timeout", "1");
    with("--pre-hook", script("first", "trap 'exit 0' INT; while :; do sleep 0.05; done\n"));
    start(good_restic);
    BOOST_TEST(end_of_task(ordered("backup")).text("errorMessage").ends_with("did not end within 1 s"));
    std::filesystem::remove(folder / "first");
    BOOST_TEST(has(end_of_task(ordered("backup")).text("errorMessage"), "cannot start"));
    BOOST_TEST(!there_is("restic ran"));
    BOOST_TEST(stop_agent() == 0);
}

BOOST_AUTO_TEST_CASE(a_hook_that_declines_gives_the_task_back) {
    with("--pre-hook",
         script("first", "[ -e \"$FOLDER/ready\" ] || { echo 'in the night only'; exit 75; }\n"));
    with("--post-hook", script("second", prints_facts));
    with("--decline-retry-after", "3600");
    start(good_restic);
    const std::string id = ordered("backup");
    until("the task's return", [&] { return task(id).body.as_object().contains("nextAttemptAt"); });
    const answer waiting = task(id);
    BOOST_TEST(waiting.text("status") == "pending");
    BOOST_TEST(waiting.number("failures") == 0);
    const std::string why = root.get("/tasks/" + id + "/explain").raw.body;
    BOOST_TEST(has(why, "in the night only"), why);
    BOOST_TEST(!there_is("restic ran"));
    BOOST_TEST(contents_of(folder / "facts") == facts(id, "released", ""));
    touch("ready");
    BOOST_TEST(root.post("/tasks/" + id + "/retry").status == 200U);
    BOOST_TEST(end_of_task(id).text("status") == "completed");
    BOOST_TEST(stop_agent() == 0);
}

BOOST_AUTO_TEST_CASE(after_a_task_that_was_stopped_too) {
    with("--post-hook", script("second", prints_facts));
    start("[ $1 = backup ] || exit 0; trap 'exit 130' INT; touch \"$FOLDER/restic ran\"; while :; do sleep "
          "0.05; done\n");
    const std::string id = ordered("backup");
    until("restic", [&] { return there_is("restic ran"); });
    BOOST_TEST(stop_agent() == 0);
    BOOST_TEST(contents_of(folder / "facts") == facts(id, "released", ""));
    BOOST_TEST(task(id).text("status") == "pending");
}

BOOST_AUTO_TEST_SUITE_END()
