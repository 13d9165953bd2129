// The main job on real input: the server and the agent as processes, restic as the system has it, a folder
// with names and contents of every kind, and every restored file compared with what it was.
#include "test/support/agent_process.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <map>
#include <random>

namespace fs = std::filesystem;
namespace bj = boost::json;
using holdfast::test::agent_process;
using holdfast::test::answer;
using holdfast::test::contents_of;
using holdfast::test::write_file;

namespace {

std::string random_bytes(std::size_t size) {
    std::minstd_rand numbers(static_cast<unsigned>(size));
    std::string out(size, '\0');
    for (char& each : out) each = static_cast<char>(numbers() >> 8U);
    return out;
}

void fill(const fs::path& folder) {
    std::string every_byte(256, '\0');
    for (std::size_t i = 0; i < every_byte.size(); ++i) every_byte[i] = static_cast<char>(i);
    write_file(folder / "bytes", every_byte);
    write_file(folder / "empty", "");
    write_file(folder / "large", random_bytes(3'000'000));
    write_file(folder / "zeros", std::string(1'000'000, '\0'));
    for (int i = 0; i < 24; ++i)
        write_file(folder / ("level" + std::to_string(i % 3)) / ("n" + std::to_string(i % 4)) /
                       std::to_string(i),
                   random_bytes(static_cast<std::size_t>(i) * 37));
    for (const char* name :
         {" ", "a b", "-n", "--help", "*", "$(id)", "quote\"'`", "back\\slash", "new\nline", ".hidden",
          "grüße 世界 🗄", "not utf-8 \xff\xfe", "%s%n", "semi;colon&"})
        write_file(folder / "names" / name, std::string("in ") + name);
    write_file(folder / "names" / "leave me out.tmp", "excluded by the policy");
    fs::create_directories(folder / "nothing in here" / "nor here");
    fs::create_symlink("bytes", folder / "link");
    fs::create_symlink("/nonexistent/target", folder / "dangling");
    fs::create_hard_link(folder / "large", folder / "level0" / "the same");
    fs::permissions(folder / "bytes", fs::perms::owner_read);
    fs::permissions(folder / "zeros", fs::perms::owner_all | fs::perms::others_exec);
}

// What is there, by path.
std::map<std::string, std::string> tree(const fs::path& folder) {
    std::map<std::string, std::string> out;
    for (const auto& each : fs::recursive_directory_iterator(folder)) {
        std::string& what = out[each.path().lexically_relative(folder).string()];
        if (each.is_symlink()) {
            what = "-> " + fs::read_symlink(each.path()).string();
            continue;
        }
        what = std::to_string(static_cast<unsigned>(each.status().permissions())) + " " +
               std::to_string(each.last_write_time().time_since_epoch().count());
        if (each.is_regular_file())
            what += " " + std::to_string(each.hard_link_count()) + " " + contents_of(each.path());
    }
    return out;
}

std::map<std::string, std::string> to_be_restored(const fs::path& folder) {
    auto out = tree(folder);
    std::erase_if(out, [](const auto& each) { return each.first.ends_with(".tmp"); });
    return out;
}

void check_same(const std::map<std::string, std::string>& found,
                const std::map<std::string, std::string>& wanted) {
    for (const auto& [path, what] : wanted) {
        const auto at = found.find(path);
        BOOST_TEST((at != found.end()), path << " is not there");
        if (at != found.end()) BOOST_TEST((at->second == what), path << " is another");
    }
    for (const auto& [path, what] : found) BOOST_TEST(wanted.contains(path), path << " is too much");
}

struct demonstration : agent_process {
    fs::path files = folder / "fi les";
    std::string repository = folder / "repository";

    demonstration() {
        fill(files);
        policy = made("/policies", {{"name", "files"},
                                    {"schedule", "@daily"},
                                    {"includePaths", {files.string()}},
                                    {"excludePaths", {"*.tmp"}},
                                    {"repository", repository},
                                    {"retention", {{"keepLast", 1}}}})
                     .text("policyId");
    }

    answer carried_out(const std::string& type) {
        answer ended = end_of_task(ordered(type));
        BOOST_TEST_REQUIRE(ended.text("status") == "completed", ended.text("errorMessage")
                                                                    << "; the agent: " << agent_log);
        return ended;
    }

    std::string log_of(const answer& task) { return agent_process::log_of(task.text("taskId")); }

    std::string restic(std::vector<std::string> words) {
        words.insert(words.begin(), {"restic", "--repo", repository});
        std::string said;
        BOOST_TEST_REQUIRE(run_program(std::move(words), said) == 0, said);
        return said;
    }

    // Exactly these, in this order. Some restics report the beginning of a snapshot's name only.
    void check_snapshots(const std::vector<std::string>& wanted) {
        const bj::value all = bj::parse(restic({"snapshots", "--json"}));
        BOOST_TEST_REQUIRE(all.as_array().size() == wanted.size());
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            const std::string_view id = all.at(i).at("id").as_string();
            BOOST_TEST((wanted[i].size() >= 8 && id.starts_with(wanted[i])), id << " is not " << wanted[i]);
        }
    }

    // What restic gives back of a snapshot, by a repository's name for it.
    std::map<std::string, std::string> restored(const std::string& snapshot) {
        const fs::path target = folder / ("restored-" + snapshot);
        fs::remove_all(target);
        restic({"restore", snapshot, "--target", target});
        return tree(target / files.relative_path());
    }
};

bool said(const std::string& log, std::string_view words) {
    return log.find(words) != std::string::npos;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(demo, demonstration)

BOOST_AUTO_TEST_CASE(backup_restore_check_and_prune) {
    start_agent({"--init-repository"});
    const auto at_first = to_be_restored(files);
    BOOST_TEST_REQUIRE(at_first.size() > 40U);

    const answer first = carried_out("backup");
    const std::string snapshot = first.text("snapshotId");
    check_snapshots({snapshot});
    BOOST_TEST(said(log_of(first), snapshot));
    BOOST_TEST(first.number("attempt") == 1);
    BOOST_TEST(first.number("failures") == 0);
    BOOST_TEST(first.body.at("statistics").at("filesNew").as_int64() > 40);
    BOOST_TEST(first.body.at("durationSeconds").to_number<double>() > 0);
    check_same(restored(snapshot), at_first);

    write_file(files / "large", random_bytes(3'000'001));
    write_file(files / "new", "was not there");
    fs::remove(files / "empty");
    const auto later = to_be_restored(files);
    const answer second = carried_out("backup");
    check_snapshots({snapshot, second.text("snapshotId")});
    check_same(restored(second.text("snapshotId")), later);
    check_same(restored(snapshot), at_first);

    const answer checked = carried_out("check");
    BOOST_TEST(checked.text("snapshotId").empty());
    BOOST_TEST(said(log_of(checked), "no errors were found"));

    const answer pruned = carried_out("prune");
    BOOST_TEST(!log_of(pruned).empty());
    check_snapshots({second.text("snapshotId")});
    check_same(restored(second.text("snapshotId")), later);
    BOOST_TEST(said(log_of(carried_out("check")), "no errors were found"));

    BOOST_TEST(stop_agent() == 0);
}

BOOST_AUTO_TEST_CASE(without_a_repository) {
    start_agent();
    const answer gave_up = end_of_task(ordered("backup", 2));
    BOOST_TEST(gave_up.text("status") == "failed");
    BOOST_TEST(gave_up.text("errorCategory") == "repository");
    BOOST_TEST(!gave_up.text("errorMessage").empty());
    BOOST_TEST(gave_up.text("snapshotId").empty());
    BOOST_TEST(gave_up.number("failures") == 2);
    BOOST_TEST(gave_up.number("attempt") == 2);
    BOOST_TEST(said(log_of(gave_up), "config file"));
    BOOST_TEST(!fs::exists(repository));

    // One that is tried again until the operator has made the repository.
    const std::string patient = ordered("backup", 100);
    until("a second attempt", [&] { return root.get("/tasks/" + patient).number("attempt") > 1; });
    const auto pause = [this](const char* paused) { // so that the attempts last, however long init takes
        BOOST_TEST_REQUIRE(root.call(holdfast::net::verb::patch, "/agents/" + agent, paused).status == 200U);
    };
    pause(R"({"paused":true})");
    restic({"init"});
    pause(R"({"paused":false})");
    const answer mended = end_of_task(patient);
    BOOST_TEST(mended.text("status") == "completed");
    BOOST_TEST(mended.number("failures") == mended.number("attempt") - 1);
    check_same(restored(mended.text("snapshotId")), to_be_restored(files));

    BOOST_TEST(stop_agent() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
