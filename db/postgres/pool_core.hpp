// What a pool is made of. Held by the pool, by its loops and by open transactions, so that any of them may
// end last.
#pragma once

#include "db/postgres/connection.hpp"
#include "db/postgres/parked.hpp"
#include "db/postgres/pool.hpp"

#include <deque>
#include <memory>
#include <vector>

namespace holdfast::pg {

class pool_core : public std::enable_shared_from_this<pool_core> {
public:
    using link = std::shared_ptr<connection>;

    pool_core(executor where, pool_settings settings);

    void start();
    void close();

    // The shared connection with the fewest units in flight; null when none is up.
    [[nodiscard]] link pick() const;

    // Waits for the first attempt to connect, if that is still under way.
    [[nodiscard]] static awaitable<result<link>> pick_late(std::shared_ptr<pool_core> self);

    // An exclusive connection.
    [[nodiscard]] static awaitable<result<link>> acquire(std::shared_ptr<pool_core> self);
    void give_back(const link& used);
    void discard(const link& used);
    void roll_back(link used); // and then give it back

    [[nodiscard]] std::size_t up() const;
    [[nodiscard]] std::size_t in_flight() const;

    [[nodiscard]] std::size_t exclusive() const { return exclusive_.size(); }

    [[nodiscard]] std::size_t reconnects() const { return reconnects_; }

private:
    struct place {
        explicit place(executor where) : pause(where) {}

        link now;
        steady_timer pause;
    };

    struct lent {
        link who;
        bool idle;
    };

    static awaitable<void> keep(std::shared_ptr<pool_core> self, place& mine);
    static awaitable<void> undo(std::shared_ptr<pool_core> self, link used);
    void tried(bool made);
    void end_start();
    [[nodiscard]] link take_idle();
    void wake_waiter();

    executor where_;
    pool_settings settings_;
    std::deque<place> places_; // shared connections; never grows after start()
    std::size_t untried_ = 0;  // of them, first attempts not over
    bool starting_ = false;
    std::deque<parked*> early_; // callers before the first connection
    std::vector<lent> exclusive_;
    std::deque<parked*> waiters_; // for an exclusive connection
    std::size_t reconnects_ = 0;
    bool closed_ = false;
};

} // namespace holdfast::pg
