// PostgreSQL runs out of space under load, where its tables are and where its log is. Where nothing can be
// mounted (a container, a user that is not root) these are skipped.
#include "test/faults/load.hpp"

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <pwd.h>
#include <stdexcept>
#include <sys/mount.h>
#include <unistd.h>

using holdfast::test::fleet;
using holdfast::test::load;
using holdfast::test::own_postgres;
using holdfast::test::server_process;
using holdfast::test::until;

namespace {

namespace fs = std::filesystem;

// A disk of so many megabytes, for the user postgres, as whom scripts/postgres runs a cluster of root's.
class small_disk {
public:
    explicit small_disk(int megabytes)
        : folder_((fs::temp_directory_path() / "holdfast-disk-XXXXXX").string()) {
        const passwd* owner = ::getpwnam("postgres");
        if (owner == nullptr || ::geteuid() != 0)
            throw std::runtime_error("only root can mount a small disk");
        if (::mkdtemp(folder_.data()) == nullptr) throw std::runtime_error("no temporary folder");
        const std::string options = "mode=700,size=" + std::to_string(megabytes) +
                                    "m,uid=" + std::to_string(owner->pw_uid) +
                                    ",gid=" + std::to_string(owner->pw_gid);
        if (::mount("none", folder_.c_str(), "tmpfs", 0, options.c_str()) == 0) return;
        const std::string why = std::strerror(errno);
        fs::remove(folder_);
        throw std::runtime_error("can't mount a small disk: " + why);
    }

    ~small_disk() {
        ::umount2(folder_.c_str(), MNT_DETACH);
        std::error_code ignored;
        fs::remove(folder_, ignored);
    }

    small_disk(const small_disk&) = delete;
    small_disk& operator=(const small_disk&) = delete;

    [[nodiscard]] const std::string& folder() const { return folder_; }

    // Nothing more fits.
    void fill() const {
        const std::string block(4096, 'x');
        std::ofstream ballast(folder_ + "/ballast", std::ios::binary);
        while (ballast.write(block.data(), static_cast<std::streamsize>(block.size())).flush()) {
        }
    }

    void empty() const { fs::remove(folder_ + "/ballast"); }

private:
    std::string folder_;
};

boost::test_tools::assertion_result may_mount(boost::unit_test::test_unit_id /*unused*/) {
    try {
        const small_disk probe(1);
        return true;
    } catch (const std::runtime_error& refused) {
        boost::test_tools::assertion_result out(false);
        out.message() << refused.what();
        return out;
    }
}

void put_tasks_on(const small_disk& disk, const fleet& f) {
    f.home.database().execute("CREATE TABLESPACE small LOCATION '" + disk.folder() + "'");
    f.home.database().execute("ALTER TABLE tasks SET TABLESPACE small");
}

void put_log_on(const small_disk& disk, const own_postgres& database) {
    const std::string log = database.data_folder() + "/pg_wal";
    const std::string move = "mv '" + log + "'/* '" + disk.folder() + "/' && rmdir '" + log + "' && ln -s '" +
                             disk.folder() + "' '" + log + "'";
    if (std::system(move.c_str()) != 0) throw std::runtime_error("can't move the log");
}

bool is_up(const fleet& f) {
    try {
        return f.home.database().ask("SELECT pg_is_in_recovery()") == "f";
    } catch (const std::runtime_error&) {
        return false;
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE(full_disk, *boost::unit_test::precondition(may_mount))

BOOST_AUTO_TEST_CASE(of_the_tables) {
    const small_disk disk(32);
    const own_postgres database;
    fleet f(load::server_arguments, database.dsn());
    const server_process second(f.home, load::server_arguments);
    put_tasks_on(disk, f);
    load agents(f, {&f.server, &second}, {.tasks = 600, .wait = std::chrono::seconds(1)});
    agents.run([&] {
        for (const double share : {0.2, 0.5}) {
            agents.wait_for_share(share);
            disk.fill();
            agents.wait_until_felt();
            disk.empty();
        }
    });
    agents.judge();
}

// PostgreSQL gives up when it can't write its log, and may not even recover before there is space again.
BOOST_AUTO_TEST_CASE(of_the_log) {
    const small_disk disk(128);
    const own_postgres database;
    database.crash();
    put_log_on(disk, database);
    database.start();
    fleet f(load::server_arguments, database.dsn());
    const server_process second(f.home, load::server_arguments);
    load agents(f, {&f.server, &second}, {.tasks = 300, .wait = std::chrono::seconds(1)});
    agents.run([&] {
        agents.wait_for_share(0.3);
        disk.fill();
        until("the log is full", [&] {
            try {
                f.home.database().execute("SELECT pg_switch_wal()");
                return false;
            } catch (const std::runtime_error&) {
                return true;
            }
        });
        agents.wait_until_felt();
        disk.empty();
        until("PostgreSQL is there again", [&] {
            if (is_up(f)) return true;
            try {
                database.start();
            } catch (const std::runtime_error&) {
                // not yet: it is on its way down
            }
            return false;
        });
    });
    agents.judge();
}

BOOST_AUTO_TEST_SUITE_END()
