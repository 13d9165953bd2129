#include "app/agent/restic_command.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace holdfast;
using app::backend_of;
using app::order;
using app::restic_command;
using app::restic_environment;
using words = std::vector<std::string>;

namespace {

const app::restic_setup setup{"/opt/restic", "web-01", {"PATH=/bin", "RESTIC_PASSWORD_FILE=/etc/p"}};

order task_of(task_type type) {
    order out;
    out.task_id = task_id{*parse_uuid("019a9c20-5b1e-7d03-b6f2-0d7c41a8e5f1")};
    out.task_type = type;
    out.repository = "rest:https://joe:secret@host/r";
    out.attempt = 1;
    return out;
}

words arguments_of(const order& task) {
    const auto made = restic_command(setup, task);
    BOOST_TEST_REQUIRE(bool(made));
    return made->arguments;
}

std::size_t count(const words& in, const std::string& what) {
    return static_cast<std::size_t>(std::count(in.begin(), in.end(), what));
}

} // namespace

BOOST_AUTO_TEST_SUITE(agent_restic_command)

BOOST_AUTO_TEST_CASE(backup) {
    order task = task_of(task_type::backup);
    task.include_paths = words{"/etc", "--help", "$(reboot)"};
    task.exclude_paths = words{"*.tmp", "-x; rm"};
    task.execution_params = app::execution_limits{4, 5000, 60};
    const words expected{"/opt/restic",
                         "backup",
                         "--json",
                         "--host=web-01",
                         "--tag=holdfast",
                         "--tag=task=019a9c20-5b1e-7d03-b6f2-0d7c41a8e5f1",
                         "--exclude=*.tmp",
                         "--exclude=-x; rm",
                         "--limit-upload=5000",
                         "--limit-download=5000",
                         "-o",
                         "rest.connections=4",
                         "--",
                         "/etc",
                         "--help",
                         "$(reboot)"};
    BOOST_TEST(arguments_of(task) == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_backup_of_nothing_is_refused) {
    order task = task_of(task_type::backup);
    BOOST_TEST(!restic_command(setup, task));
    task.include_paths.emplace();
    BOOST_TEST(!restic_command(setup, task));
}

BOOST_AUTO_TEST_CASE(check) {
    const words expected{"/opt/restic", "check"};
    BOOST_TEST(arguments_of(task_of(task_type::check)) == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(prune_keeps_what_the_retention_says) {
    order task = task_of(task_type::prune);
    task.retention = app::retention_rules{7, 6, 14, 8, 12, 3, "1y2m"};
    const words expected{"/opt/restic",       "forget",          "--prune",           "--host=web-01",
                         "--keep-last=7",     "--keep-hourly=6", "--keep-daily=14",   "--keep-weekly=8",
                         "--keep-monthly=12", "--keep-yearly=3", "--keep-within=1y2m"};
    BOOST_TEST(arguments_of(task) == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_prune_that_keeps_nothing_is_refused) {
    order task = task_of(task_type::prune);
    BOOST_TEST(!restic_command(setup, task));
    task.retention.emplace();
    BOOST_TEST(!restic_command(setup, task));
    task.retention->keep_last = 0;
    task.retention->keep_within = "";
    const auto refused = restic_command(setup, task);
    BOOST_TEST_REQUIRE(!refused);
    BOOST_TEST(refused.error().detail().find("retention") != std::string_view::npos);
}

BOOST_AUTO_TEST_CASE(no_limit_where_none_is_meant) {
    order task = task_of(task_type::check);
    task.execution_params = app::execution_limits{0, 0, 0};
    BOOST_TEST(arguments_of(task).size() == 2U);
}

BOOST_AUTO_TEST_CASE(the_repository_is_in_the_environment_only) {
    order task = task_of(task_type::backup);
    task.include_paths = words{"/etc"};
    const auto made = restic_command(setup, task);
    BOOST_TEST_REQUIRE(bool(made));
    for (const std::string& each : made->arguments) BOOST_TEST(each.find("secret") == std::string::npos);
    BOOST_TEST(count(made->environment, "RESTIC_REPOSITORY=rest:https://joe:secret@host/r") == 1U);
}

BOOST_AUTO_TEST_CASE(environment) {
    app::restic_setup with = setup;
    with.environment = {"PATH=/bin",          "HOLDFAST_TOKEN=hf_x",       "RESTIC_REPOSITORY=/other",
                        "RESTIC_PASSWORD=pw", "RESTIC_REPOSITORY_FILE=/f", "AWS_ACCESS_KEY_ID=k"};
    const words expected{"PATH=/bin", "RESTIC_PASSWORD=pw", "AWS_ACCESS_KEY_ID=k", "RESTIC_REPOSITORY=/r",
                         "RESTIC_PROGRESS_FPS=0.200000"};
    BOOST_TEST(restic_environment(with, "/r") == expected, boost::test_tools::per_element());
    with.environment = {"RESTIC_PROGRESS_FPS=1"};
    const words paced{"RESTIC_PROGRESS_FPS=1", "RESTIC_REPOSITORY=/r"};
    BOOST_TEST(restic_environment(with, "/r") == paced, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(backends) {
    BOOST_TEST(backend_of("s3:https://host/b") == "s3");
    BOOST_TEST(backend_of("sftp:u@h:/p") == "sftp");
    BOOST_TEST(backend_of("rclone:remote:path") == "rclone");
    BOOST_TEST(backend_of("/srv/a:b") == "local");
    BOOST_TEST(backend_of("local:/srv") == "local");
    BOOST_TEST(backend_of("s3") == "local");
    BOOST_TEST(backend_of("") == "local");
}

BOOST_AUTO_TEST_SUITE_END()
