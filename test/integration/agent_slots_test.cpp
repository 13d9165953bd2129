// Which tasks the real agent takes, and how many at a time, with a restic that does as it is told.
#include "test/support/agent_process.hpp"

#include <boost/json/array.hpp>
#include <boost/test/unit_test.hpp>

using namespace holdfast;
using test::answer;

namespace {

// Each run says that it began, and waits for leave to end.
const std::string patient_restic = R"([ "$1" = backup ] || exit 0
trap 'exit 130' INT
id=$(echo "$*" | sed 's/.*--tag=task=\([^ ]*\).*/\1/')
touch "$FOLDER/began $id"
while [ ! -e "$FOLDER/end $id" ]; do sleep 0.05; done
echo '{"message_type":"summary","snapshot_id":"77f275c8"}'
)";

struct slots : test::agent_process {
    void start(std::vector<std::string> words) {
        words.insert(words.end(), {"--restic", script("restic", patient_restic), "--heartbeat", "1"});
        start_agent(std::move(words));
    }

    bool began(const std::string& id) const { return there_is("began " + id); }

    // The task, when it was given back.
    answer returned(const std::string& id) {
        answer now;
        until("the task's return", [&] {
            now = task(id);
            return now.body.as_object().contains("nextAttemptAt");
        });
        BOOST_TEST(now.text("status") == "pending");
        BOOST_TEST(now.number("failures") == 0);
        BOOST_TEST(!began(id));
        return now;
    }

    std::string explained(const std::string& id) { return root.get("/tasks/" + id + "/explain").raw.body; }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(agent_slots, slots)

BOOST_AUTO_TEST_CASE(several_side_by_side) {
    start({"--max-tasks", "2"});
    const std::string first = ordered("backup");
    const std::string second = ordered("backup");
    until("both", [&] { return began(first) && began(second); });
    const std::string third = ordered("backup");
    // The heartbeat keeps both alive, and asks for no third.
    until("a heartbeat with both",
          [&] { return root.get("/agents/" + agent).body.at("runningTasks").as_array().size() == 2; });
    BOOST_TEST(task(third).text("status") == "pending");

    BOOST_TEST(root.post("/tasks/" + first + "/cancel").status == 200U);
    until("the third in its place", [&] { return began(third); });
    BOOST_TEST(task(second).text("status") == "in-progress");
    touch("end " + second);
    BOOST_TEST(end_of_task(second).text("status") == "completed");

    const std::string fourth = ordered("backup");
    until("the fourth", [&] { return began(fourth); });
    BOOST_TEST(stop_agent() == 0);
    for (const std::string& each : {third, fourth}) {
        BOOST_TEST(task(each).text("status") == "pending");
        BOOST_TEST(task(each).number("failures") == 0);
    }
}

BOOST_AUTO_TEST_CASE(not_over_a_metered_network) {
    environment[0] = "PATH=" + folder.string() + ":/usr/local/bin:/usr/bin:/bin";
    script("busctl", "[ -e \"$FOLDER/free\" ] && echo 'u 4' || echo 'u 1'\n");
    start({"--decline-on-metered", "--decline-retry-after", "3600"});
    const std::string id = ordered("backup");
    returned(id);
    BOOST_TEST(explained(id).find("metered") != std::string::npos, explained(id));
    touch("free");
    touch("end " + id);
    BOOST_TEST(root.post("/tasks/" + id + "/retry").status == 200U);
    BOOST_TEST(end_of_task(id).text("status") == "completed");
    BOOST_TEST(stop_agent() == 0);
}

BOOST_AUTO_TEST_CASE(what_can_not_be_told_is_said) {
    environment[0] = "PATH=" + folder.string() + ":/usr/bin:/bin";
    script("busctl", "exit 1\n");
    start({"--decline-on-metered"});
    const std::string id = ordered("backup");
    touch("end " + id);
    BOOST_TEST(end_of_task(id).text("status") == "completed");
    BOOST_TEST(agent_log.find("does not say whether the network is metered") != std::string::npos);
    BOOST_TEST(stop_agent() == 0);
}

BOOST_AUTO_TEST_CASE(not_into_the_folder_of_a_disk_that_is_not_there) {
    policy = made("/policies", {{"name", "removable"},
                                {"schedule", "@daily"},
                                {"includePaths", boost::json::array{"/etc"}},
                                {"repository", "/media/nobody/no such disk/repository"}})
                 .text("policyId");
    start({"--init-repository"});
    const std::string id = ordered("backup");
    returned(id);
    BOOST_TEST(explained(id).find("no_repository") != std::string::npos, explained(id));
    BOOST_TEST(stop_agent() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
