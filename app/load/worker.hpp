// One thread with its share of the agents and of the tasks for them.
#pragma once

#include "app/load/simulated_agent.hpp"
#include "app/load/task_maker.hpp"

#include <boost/asio/executor_work_guard.hpp>

#include <future>
#include <thread>
#include <vector>

namespace holdfast::app::load {

using pending = std::vector<std::future<void>>;

class worker {
public:
    worker(const campaign& of, unsigned number);
    ~worker();
    worker(const worker&) = delete;
    worker& operator=(const worker&) = delete;

    // Each begins something on the worker's thread. Ready when it is done; an exception is a load that can't
    // be put on.
    [[nodiscard]] pending enlist(int agents); // more of them, connected and registered
    [[nodiscard]] pending start_polling();    // those that do not yet
    [[nodiscard]] pending make_backlog(int tasks);
    [[nodiscard]] pending prepare_the_clock(double rate);
    [[nodiscard]] pending make_by_the_clock(double rate);
    [[nodiscard]] pending settle(); // until all tasks are finished, or none is for a long time

    // No more tasks by the clock.
    void hurry();

    // Hangs up. When it returns the thread has ended; throws what an agent threw.
    void stop();

    [[nodiscard]] const progress& seen() const { return notes_.seen; }

    // After stop().
    [[nodiscard]] const desk& notes() const { return notes_; }

private:
    awaitable<void> enlist_lane();
    awaitable<void> start_in_turn();
    awaitable<void> settled();
    void spawn(awaitable<void> what);
    [[nodiscard]] std::future<void> begin(awaitable<void> what);

    const campaign& of_;
    unsigned number_;
    desk notes_;
    asio::io_context context_{1};
    asio::executor_work_guard<executor> open_;
    std::vector<std::unique_ptr<simulated_agent>> agents_;
    task_maker maker_;
    rest pause_;
    std::size_t enlisted_ = 0; // agents whose registration has begun
    std::size_t polling_ = 0;
    std::exception_ptr failed_;
    std::thread thread_;
};

} // namespace holdfast::app::load
