// Simulated agents on one or several servers, with all that goes wrong on their side: they hang up, die
// before and after the acknowledgement, and ask elsewhere when a server fails them. Beside them, something
// makes the servers' life hard.
#pragma once

#include "test/support/history.hpp"
#include "test/support/server.hpp"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <random>
#include <utility>

namespace holdfast::test {

struct load_settings {
    int agents = 10;
    int workers = 2;                    // of each agent, each a session of its own
    int tasks = 600;                    // at most, where enough() is called
    std::chrono::milliseconds rest{0};  // of who makes tasks, after every ten
    std::chrono::seconds wait{90};      // of each poll
    std::chrono::seconds patience{100}; // who is not answered within this asks another server
    unsigned seed = 0;                  // 0: random; HOLDFAST_TEST_SEED overrides it
};

// Whether the trouble is such that requests fail: where it is, a run without a failure proves nothing.
enum class felt { yes, no, perhaps };

class load {
public:
    // Times that fit it: leases that end within the run, retries at once.
    static const std::vector<std::string> server_arguments;

    load(fleet& with, std::vector<const server_process*> servers, load_settings settings);
    ~load();
    load(const load&) = delete;
    load& operator=(const load&) = delete;

    // Works until `trouble` is done and all tasks are over. Trouble has a thread of its own and may block.
    void run(const std::function<void()>& trouble);

    // For trouble: waits until this share of the tasks (0 to 1) is over.
    void wait_for_share(double share);

    // For trouble: waits until a request fails from now on. Polls that wait long feel nothing.
    void wait_until_felt();

    // For trouble: no more tasks are made, and agents stop to be difficult, so that it comes to an end.
    void enough() { enough_ = true; }

    // Random numbers that come from it are repeated with it.
    [[nodiscard]] unsigned seed() const { return seed_; }

    // Tasks that are over by now, and requests that the trouble cost. From any thread.
    [[nodiscard]] std::pair<int, int> progress();

    // Beside the load: a poll that waits long, on the server with this number, of an agent that has no task.
    // Waits until the server says that it waits.
    void park(std::size_t server, bool with_session);

    // For trouble: a task for each parked poll.
    void wake_parked();

    // Parked polls that were answered with their task.
    [[nodiscard]] int woken() const { return woken_; }

    // What the run broke, in words; nothing when all is well.
    [[nodiscard]] std::vector<std::string> violations() const;

    // Fails the test's case with what is wrong.
    void judge(felt trouble = felt::yes) const;

private:
    struct worker {
        worker(load& of, std::string agent, std::string name);

        std::string agent;
        std::string name;
        int lives = 0;        // a new session for each
        bool patient = false; // never hangs up
        bool hung_up = false; // a mishap: the request under way was given up at once
        int requests = 0;
        std::vector<std::unique_ptr<client>> clients;
        std::size_t at = 0; // the server that it talks to
        steady_timer impatience;

        [[nodiscard]] std::string session() const { return name + "-" + std::to_string(lives); }
    };

    struct assigned {
        std::string task;
        int attempt = 0;
    };

    awaitable<void> produce();
    awaitable<void> work(worker& w);
    awaitable<void> wait_parked(worker& w, std::string query);
    [[nodiscard]] awaitable<answer> ask(worker& w, net::verb method, std::string target, std::string body,
                                        net::header_list headers);
    void limit_patience(worker& w);
    void count_disturbed();
    [[nodiscard]] awaitable<bool> acknowledge(worker& w, const assigned& a);
    awaitable<void> report(worker& w, const assigned& a, bool good, bool for_good);
    awaitable<void> carry_out(worker& w, std::vector<assigned> tasks);
    [[nodiscard]] std::vector<assigned> take(const answer& got);
    [[nodiscard]] std::string next_body();
    void spawn(awaitable<void> what);
    void wait_for_the_end() const;
    void finish();
    void expect(const answer& got, std::initializer_list<unsigned> statuses, const std::string& what);

    // Mishaps of agents, in percent; none near the end, so that it does end.
    [[nodiscard]] bool happens(unsigned percent);

    fleet& fleet_;
    std::vector<const server_process*> servers_;
    load_settings settings_;
    unsigned seed_;
    std::mt19937 random_;
    std::vector<std::string> agents_;
    std::deque<worker> workers_;
    std::deque<worker> parked_;
    std::deque<worker> producers_;
    history seen_;
    std::map<std::string, int> unexpected_; // answers that nothing in this test explains
    std::exception_ptr thrown_;
    int woken_ = 0;
    int marks_ = 0;
    std::atomic<int> tasks_; // that are made in all: those of the settings until it is enough
    std::atomic<bool> enough_ = false;
    std::atomic<bool> over_ = false;

    std::mutex guard_; // of what follows
    std::condition_variable changed_;
    int ended_ = 0;
    int disturbed_ = 0; // requests that the trouble cost
};

} // namespace holdfast::test
