// Makes tasks: a backlog at once, or one after another by the clock, whatever becomes of those before.
#pragma once

#include "app/load/arrivals.hpp"
#include "app/load/campaign.hpp"
#include "app/load/insist.hpp"
#include "app/load/operator_calls.hpp"
#include "app/load/simulated_agent.hpp"

#include <deque>
#include <memory>
#include <vector>

namespace holdfast::app::load {

class task_maker {
public:
    task_maker(executor where, const campaign& of, desk& notes);

    // Whom the tasks are for, in turn: registered agents. An agent's place is its number in the books.
    void serve(const std::vector<std::unique_ptr<simulated_agent>>& agents);

    // Throws std::runtime_error when the server will not have it.
    awaitable<void> make_backlog(int tasks);

    // Connects, so that no task by the clock waits for that.
    awaitable<void> open_office(double rate);

    // Ends when the settings' duration is over and every task that was due is made or refused.
    awaitable<void> make_by_the_clock(double rate);

    // No more tasks are due.
    void stop_the_clock() { clock_.end(); }

    // Ends what is under way.
    void stop();

private:
    struct due_task {
        std::uint32_t agent = 0;
        moment due;
    };

    struct clerk {
        clerk(executor where, const campaign& of);

        operator_calls calls;
        rest pause;
        steady_timer work; // expires when there is some
    };

    void start_work();
    awaitable<void> work(clerk& c);
    awaitable<void> make(clerk& c, due_task wanted);
    void give_out(due_task wanted);
    awaitable<void> close_office();

    executor where_;
    const campaign& of_;
    desk& notes_;
    std::vector<agent_id> agents_;
    boost::unordered_flat_map<agent_id, std::uint32_t, id_hash> numbers_;
    std::uint32_t next_agent_ = 0;
    std::vector<std::unique_ptr<clerk>> clerks_;
    std::vector<clerk*> idle_;
    std::deque<due_task> waiting_;
    std::size_t at_work_ = 0; // clerks whose coroutine has not ended
    bool closing_ = false;
    std::exception_ptr failed_;
    rest clock_;
};

} // namespace holdfast::app::load
