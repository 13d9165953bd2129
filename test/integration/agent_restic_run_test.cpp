// The agent's runner with the real restic on real folders.
#include "app/agent/restic_run.hpp"
#include "test/support/postgres.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/test/unit_test.hpp>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace holdfast;
using app::order;
using app::report;
using app::restic_run;
namespace fs = std::filesystem;

namespace {

std::string random_bytes(std::size_t size) {
    std::string out(size, '\0');
    std::ifstream("/dev/urandom", std::ios::binary).read(out.data(), static_cast<std::streamsize>(size));
    return out;
}

awaitable<void> run_task(restic_run& with, order task, report& out) {
    out = co_await with.run(std::move(task));
}

struct repository {
    fs::path path;
    app::restic_setup setup{"restic", "web-01", {}};

    repository() {
        std::string name = (fs::temp_directory_path() / "holdfast-restic-XXXXXX").string();
        BOOST_TEST_REQUIRE(::mkdtemp(name.data()) != nullptr);
        path = name;
        setup.environment = {"PATH=/usr/local/bin:/usr/bin:/bin", "HOME=" + name, "RESTIC_PASSWORD=pw"};
        fs::create_directories(path / "files");
        std::ofstream(path / "files" / "a") << "content";
    }

    repository(const repository&) = delete;
    repository& operator=(const repository&) = delete;

    ~repository() { fs::remove_all(path); }

    [[nodiscard]] order task(task_type type) const {
        order out;
        out.task_id = task_id::make();
        out.task_type = type;
        out.attempt = 1;
        out.repository = (path / "repository").string();
        if (type == task_type::backup) out.include_paths = {{(path / "files").string()}};
        return out;
    }

    // The report, with the whole log.
    report run(order what, bool init = false) const {
        asio::io_context context{1};
        app::attempt_log log(what.repository);
        restic_run runner(context.get_executor(), setup, init, log);
        report out;
        test::run(context, run_task(runner, std::move(what), out));
        out.log = log.rest().text;
        return out;
    }

    void back_up() const {
        BOOST_TEST_REQUIRE((run(task(task_type::backup), true).status == outcome::completed));
    }

    // restic writes a file under another name first; what it leaves of that when it is killed is no lock.
    static bool is_complete(const std::string& name) {
        return name.size() == 64 && name.find_first_not_of("0123456789abcdef") == std::string::npos;
    }

    [[nodiscard]] std::size_t count(const char* folder) const {
        std::size_t files = 0;
        for (const auto& each : fs::directory_iterator(path / "repository" / folder))
            files += is_complete(each.path().filename().string());
        return files;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(agent_restic_run, repository)

BOOST_AUTO_TEST_CASE(backup_check_and_prune) {
    const report made = run(task(task_type::backup), true);
    BOOST_TEST((made.status == outcome::completed));
    BOOST_TEST(!made.snapshot_id.value().empty());
    BOOST_TEST(made.statistics->at("filesNew").as_int64() == 1);
    back_up();
    BOOST_TEST(count("snapshots") == 2U);

    const report checked = run(task(task_type::check));
    BOOST_TEST((checked.status == outcome::completed));
    BOOST_TEST(checked.log->find("no errors were found") != std::string::npos);
    BOOST_TEST(!checked.snapshot_id.has_value());

    order prune = task(task_type::prune);
    prune.retention.emplace().keep_last = 1;
    BOOST_TEST((run(prune).status == outcome::completed));
    BOOST_TEST(count("snapshots") == 1U);
}

BOOST_AUTO_TEST_CASE(a_repository_is_made_only_when_told_to) {
    const report refused = run(task(task_type::backup));
    BOOST_TEST((refused.status == outcome::failed));
    BOOST_TEST((refused.error_category.value() == error_category::repository));
    BOOST_TEST(!fs::exists(path / "repository"));
    BOOST_TEST((run(task(task_type::check), true).status == outcome::failed)); // nothing to check
    BOOST_TEST(!fs::exists(path / "repository"));
}

BOOST_AUTO_TEST_CASE(a_wrong_password_is_told_as_such) {
    back_up();
    setup.environment.back() = "RESTIC_PASSWORD=wrong";
    for (const bool init : {false, true}) {
        const report refused = run(task(task_type::backup), init);
        BOOST_TEST((refused.error_category.value() == error_category::permission));
        BOOST_TEST(refused.error_message->find("wrong password") != std::string::npos);
        BOOST_TEST(refused.log->find("wrong password") != std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(a_lock_of_a_dead_process_is_removed) {
    back_up();
    // A check that is killed leaves its exclusive lock.
    asio::io_context context{1};
    const auto locked = [this] { return count("locks") > 0; };
    app::command check = app::restic_call(setup, task(task_type::check), {"check", "--limit-download=1"});
    std::ofstream(path / "files" / "big") << std::string(1'000'000, 'x');
    back_up();
    auto child =
        app::child_process::start(context.get_executor(), check, [](app::output, std::string_view) {});
    BOOST_TEST_REQUIRE(bool(child));
    const auto end = steady_clock::now() + std::chrono::seconds(30);
    while (!locked() && steady_clock::now() < end) context.run_for(std::chrono::milliseconds(5));
    (*child)->stop();
    (*child)->stop(); // killed
    context.run_for(std::chrono::seconds(30));
    BOOST_TEST_REQUIRE(locked());

    BOOST_TEST((run(task(task_type::check)).status == outcome::completed));
    BOOST_TEST(!locked());
}

BOOST_AUTO_TEST_CASE(killed_out_of_time_leaves_no_lock) {
    // The backup is stopped dead once its lock is there: it can't end before it is killed, and not remove the
    // lock.
    const std::string found = (path / "found").string();
    const std::string wrapper = (path / "restic").string();
    std::ofstream(wrapper) << "#!/bin/sh\nfound=" << found << R"(
locks() { ls "$RESTIC_REPOSITORY/locks" 2>/dev/null | grep -x '[0-9a-f]*'; }
case $1 in
unlock) locks >"$found" ;;
backup) (until locks; do sleep 0.01; done && kill -STOP $$) >/dev/null & ;;
esac
exec restic "$@"
)";
    fs::permissions(wrapper, fs::perms::owner_all);
    setup.program = wrapper;
    setup.patience = std::chrono::milliseconds(1);
    order slow = task(task_type::backup);
    // A busy machine may need longer than the first to get as far as the lock.
    const auto was_locked = [&found] { return fs::exists(found) && fs::file_size(found) > 0; };
    for (const int limit : {2, 8, 32}) {
        slow.execution_params = app::execution_limits{{}, 1, limit};
        const report stopped = run(slow, true);
        BOOST_TEST((stopped.status == outcome::failed));
        BOOST_TEST((stopped.error_category.value() == error_category::transient));
        BOOST_TEST(stopped.error_message->find("timeoutSeconds") != std::string::npos);
        BOOST_TEST(stopped.log->find("removed") == std::string::npos); // unlock's words are not the task's
        if (was_locked()) break;
    }
    BOOST_TEST(was_locked()); // it was killed with the lock held
    BOOST_TEST(count("locks") == 0U);
}

BOOST_AUTO_TEST_CASE(asked_to_end_it_removes_its_lock) {
    std::ofstream(path / "files" / "big") << random_bytes(4 << 20);
    back_up();
    std::ofstream(path / "files" / "big") << random_bytes(4 << 20);
    asio::io_context context{1};
    app::attempt_log log("/r");
    restic_run runner(context.get_executor(), setup, false, log);
    order slow = task(task_type::backup);
    slow.execution_params = app::execution_limits{{}, 1024, {}};
    report said;
    bool ended = false;
    auto work = run_task(runner, slow, said);
    asio::co_spawn(context, std::move(work), [&ended](const std::exception_ptr&) { ended = true; });
    const auto end = steady_clock::now() + std::chrono::seconds(60);
    bool was_locked = false;
    while (!ended && steady_clock::now() < end) {
        context.run_for(std::chrono::milliseconds(5));
        context.restart();
        if (was_locked || count("locks") == 0) continue;
        was_locked = true;
        runner.stop();
    }
    BOOST_TEST_REQUIRE(ended);
    BOOST_TEST(was_locked);
    BOOST_TEST(runner.stopped());
    BOOST_TEST((said.status == outcome::failed));
    BOOST_TEST(count("locks") == 0U);
    BOOST_TEST(count("snapshots") == 1U);
}

BOOST_AUTO_TEST_CASE(no_restic) {
    setup.program = "/nonexistent/restic";
    for (const bool init : {false, true}) {
        const report refused = run(task(task_type::backup), init);
        BOOST_TEST((refused.status == outcome::failed));
        BOOST_TEST(refused.error_message->find("/nonexistent/restic") != std::string::npos);
        BOOST_TEST(refused.log->find("/nonexistent/restic") != std::string::npos);
    }
}

BOOST_AUTO_TEST_SUITE_END()
