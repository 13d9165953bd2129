// Everything at random, for as long as HOLDFAST_TEST_MINUTES says. scripts/soak runs it, nobody else.
#include "test/faults/load.hpp"
#include "test/support/gate.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <iostream>
#include <thread>

using holdfast::steady_clock;
using holdfast::test::dsn_option;
using holdfast::test::fleet;
using holdfast::test::frozen_server;
using holdfast::test::gate;
using holdfast::test::load;
using holdfast::test::own_postgres;
using holdfast::test::server_process;
using holdfast::test::session_hog;
using holdfast::test::until;
using std::chrono::milliseconds;

namespace {

constexpr std::size_t servers = 3;

std::chrono::seconds length() {
    const char* minutes = std::getenv("HOLDFAST_TEST_MINUTES");
    return std::chrono::minutes(minutes ? std::atoi(minutes) : 1);
}

std::string dsn_by(const gate& way, const own_postgres& of) {
    return "host=127.0.0.1 port=" + std::to_string(way.port()) + " user=" + dsn_option(of.dsn(), "user") +
           " dbname=" + dsn_option(of.dsn(), "dbname");
}

// What there is to be troubled. The third server is never ended: its memory and descriptors are looked at.
struct stage {
    own_postgres database;
    gate to_database{dsn_option(database.dsn(), "host") + "/.s.PGSQL." + dsn_option(database.dsn(), "port")};
    fleet f{load::server_arguments, dsn_by(to_database, database)};
    server_process second{f.home, load::server_arguments};
    server_process third{f.home, load::server_arguments};
    std::array<server_process*, servers> all{&f.server, &second, &third};
    std::array<gate, servers> to_servers{gate(f.server.port()), gate(second.port()), gate(third.port())};

    stage() {
        for (std::size_t i = 0; i < servers; ++i) all[i]->reached_by(to_servers[i].port());
    }

    // Sessions that are ended, and hogs that have just gone, are in nobody's way for long.
    void execute(const std::string& script) const {
        const auto give_up = steady_clock::now() + std::chrono::seconds(20);
        for (;;) try {
                return f.home.database().execute(script);
            } catch (const std::exception&) {
                if (steady_clock::now() > give_up) throw;
                std::this_thread::sleep_for(milliseconds(100));
            }
    }
};

// Somebody who makes trouble, one kind after the other, until he is stopped; then all is as it was.
class vandal {
public:
    vandal(stage& on, unsigned seed) : on_(on), random_(seed) {}

    virtual ~vandal() = default;

    void work(const std::atomic<bool>& stop) {
        while (!stop) {
            make_trouble();
            ++troubles_;
            pass_some(3'000);
        }
    }

    [[nodiscard]] int troubles() const { return troubles_; }

protected:
    virtual void make_trouble() = 0;

    unsigned any(unsigned below) { return static_cast<unsigned>(random_() % below); }

    void pass_some(unsigned most_ms) { std::this_thread::sleep_for(milliseconds(any(most_ms))); }

    void trouble(gate& way) {
        switch (any(6)) {
        case 0: way.cut(); break;
        case 1: way.hold(); break;
        case 2: way.hold_answers(); break;
        case 3: way.slow(7, milliseconds(1)); break;
        case 4: way.slow(16'384, milliseconds(20)); break;
        default: way.tear();
        }
        pass_some(4'000);
        if (any(2) == 0) way.cut(); // what was held never arrives
        way.open();
    }

    stage& on_;

private:
    std::mt19937 random_;
    std::atomic<int> troubles_ = 0;
};

class vandal_of_servers : public vandal {
    using vandal::vandal;

    void make_trouble() override {
        const std::size_t which = any(servers);
        server_process& victim = *on_.all[any(servers - 1)]; // not the third
        switch (any(5)) {
        case 0: {
            const frozen_server still(*on_.all[which]);
            pass_some(7'000); // longer than the leases, at times
            break;
        }
        case 1:
            victim.kill();
            pass_some(3'000);
            victim.start_again();
            break;
        case 2:
            if (const int status = victim.stop(); status != 0)
                throw std::runtime_error("a server ended with " + std::to_string(status));
            pass_some(3'000);
            victim.start_again();
            break;
        default: trouble(on_.to_servers[which]);
        }
    }
};

class vandal_of_the_database : public vandal {
    using vandal::vandal;

    void make_trouble() override {
        switch (any(7)) {
        case 0:
            on_.database.crash();
            pass_some(2'000);
            on_.database.start();
            break;
        case 1: {
            const session_hog all(on_.f.home.database());
            pass_some(3'000);
            break;
        }
        case 2: on_.execute("BEGIN; LOCK TABLE tasks; SELECT pg_sleep(2); COMMIT"); break;
        case 3:
            take_writes(false);
            pass_some(2'000);
            take_writes(true);
            break;
        case 4: end_sessions("(query LIKE 'LISTEN %' OR query = 'SELECT 1')"); break;
        case 5:
            for (unsigned times = any(10); times > 0; --times) end_sessions("true ORDER BY random() LIMIT 2");
            break;
        default: trouble(on_.to_database);
        }
    }

    void take_writes(bool really) {
        on_.execute(std::string("ALTER SYSTEM SET default_transaction_read_only = ") +
                    (really ? "off" : "on"));
        on_.execute("SELECT pg_reload_conf()");
    }

    void end_sessions(const std::string& which) {
        on_.execute("SELECT count(pg_terminate_backend(pid)) FROM (SELECT pid FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid() AND " +
                    which + ") AS them");
    }
};

int memory_mb(const server_process& of) {
    std::ifstream status("/proc/" + std::to_string(of.pid()) + "/status");
    for (std::string word; status >> word;)
        if (int kb = 0; word == "VmRSS:" && status >> kb) return kb / 1024;
    throw std::runtime_error("the server is gone");
}

int descriptors(const server_process& of) {
    const std::filesystem::directory_iterator all("/proc/" + std::to_string(of.pid()) + "/fd");
    return static_cast<int>(std::distance(begin(all), end(all)));
}

// The most memory that the third server had in the second fifth of the run, and in the last: the first is for
// caches and pools to fill.
struct memory_seen {
    int early = 0;
    int late = 0;
};

memory_seen watch(load& agents, stage& s, const std::array<vandal*, 2>& vandals,
                  const std::function<bool()>& failed) {
    memory_seen out;
    const auto begin = steady_clock::now();
    const auto whole = length();
    for (int lines = 0;;) {
        const auto passed = steady_clock::now() - begin;
        if (passed >= whole || failed()) return out;
        const int now = memory_mb(s.third);
        if (passed >= whole / 5 && passed < whole * 2 / 5) out.early = std::max(out.early, now);
        if (passed >= whole * 4 / 5) out.late = std::max(out.late, now);
        if (passed >= std::chrono::minutes(lines)) {
            const auto [ended, disturbed] = agents.progress();
            std::cout << lines++ << " min: " << vandals[0]->troubles() << " + " << vandals[1]->troubles()
                      << " troubles, " << ended << " tasks over, " << disturbed << " requests failed, " << now
                      << " MB, " << descriptors(s.third) << " descriptors" << std::endl;
        }
        std::this_thread::sleep_for(std::chrono::seconds(2));
    }
}

bool over(const std::future<void>& work) {
    return work.wait_for(milliseconds(0)) == std::future_status::ready;
}

} // namespace

BOOST_AUTO_TEST_SUITE(soak, *boost::unit_test::disabled())

BOOST_AUTO_TEST_CASE(everything_at_random) {
    stage s;
    const int before = descriptors(s.third);
    memory_seen memory;
    {
        load agents(s.f, {s.all.begin(), s.all.end()},
                    {.tasks = 100'000'000,
                     .rest = milliseconds(100),
                     .wait = std::chrono::seconds(5),
                     .patience = std::chrono::seconds(7)});
        vandal_of_servers first(s, agents.seed());
        vandal_of_the_database second(s, agents.seed() + 1);
        agents.run([&] {
            std::atomic<bool> stop = false;
            auto one = std::async(std::launch::async, [&] { first.work(stop); });
            auto other = std::async(std::launch::async, [&] { second.work(stop); });
            memory = watch(agents, s, {&first, &second}, [&] { return over(one) || over(other); });
            stop = true;
            one.wait();
            other.get();
            one.get();
            agents.enough();
        });
        agents.judge();
    }
    std::cout << "memory: " << memory.early << " MB early, " << memory.late << " MB late" << std::endl;
    BOOST_TEST(memory.late <= memory.early * 1.1 + 4);
    constexpr int exclusive =
        8; // connections for transactions, opened when they are needed and kept: 4 of each core
    until("the third server has no more descriptors than at first",
          [&] { return descriptors(s.third) <= before + exclusive; });
    std::cout << "descriptors: " << before << " at first, " << descriptors(s.third) << " at last"
              << std::endl;
}

BOOST_AUTO_TEST_SUITE_END()
