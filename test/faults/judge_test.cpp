// The judge of these tests on a real run: it finds nothing where nothing is wrong, and each fault that is
// planted in the database. What it makes of every kind of history is in history_judge, a unit test.
#include "test/faults/load.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using holdfast::test::felt;
using holdfast::test::fleet;
using holdfast::test::load;

namespace {

// Does that to one task that is completed; its id. Such a task is nobody's business any more.
std::string plant(const fleet& f, const std::string& change) {
    return f.home.database().ask("UPDATE tasks SET " + change +
                                 " WHERE task_id = (SELECT task_id FROM tasks WHERE status = 'completed'"
                                 " ORDER BY random() LIMIT 1) RETURNING task_id");
}

bool found(const std::vector<std::string>& violations, const std::string& task, const std::string& what) {
    return std::any_of(violations.begin(), violations.end(), [&](const std::string& each) {
        return each.find(task) != std::string::npos && each.find(what) != std::string::npos;
    });
}

} // namespace

BOOST_AUTO_TEST_SUITE(judge)

BOOST_AUTO_TEST_CASE(what_is_well_is_found_well_and_planted_faults_are_found) {
    fleet f(load::server_arguments);
    load agents(f, {&f.server}, {.agents = 4, .tasks = 100});
    agents.run([] {});
    agents.judge(felt::no);

    const std::string undone = plant(f, "status = 'pending', completed_at = NULL, attempt = attempt - 1");
    const std::string other = plant(f, "snapshot_id = 'of another'");
    const std::string uncounted = plant(f, "failures = failures + 1");
    const std::string lost = f.home.database().ask(
        "WITH logs AS (DELETE FROM task_logs), t AS (SELECT task_id FROM tasks WHERE status = 'completed'"
        " AND snapshot_id <> 'of another' AND task_id <> '" +
        uncounted +
        "' LIMIT 1) DELETE FROM tasks USING t WHERE tasks.task_id = t.task_id RETURNING t.task_id");
    const std::vector<std::string> violations = agents.violations();
    BOOST_TEST(found(violations, undone, "stuck: pending"));
    BOOST_TEST(found(violations, undone, "result lost"));
    BOOST_TEST(found(violations, other, "the snapshot is 'of another'"));
    BOOST_TEST(found(violations, uncounted, "attempts began and did not complete"));
    BOOST_TEST(found(violations, lost, "lost: it was made, and the database does not know it"));
    BOOST_TEST(found(violations, other, "the log of its result is lost"));
}

// A database that forgets what it has committed: tasks that were handed out are pending again, and go out a
// second time.
BOOST_AUTO_TEST_CASE(a_database_that_goes_back_is_found_out) {
    fleet f(load::server_arguments);
    load agents(f, {&f.server}, {.agents = 4, .tasks = 100});
    std::string undone;
    agents.run([&] {
        agents.wait_for_share(0.3);
        undone = plant(f, "status = 'pending', completed_at = NULL, attempt = attempt - 1");
    });
    BOOST_TEST(found(agents.violations(), undone, "in 2 answers"));
}

BOOST_AUTO_TEST_SUITE_END()
