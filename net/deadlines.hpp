// Deadlines of a shard's connections: an ordered set in the objects themselves, and one timer for all.
#pragma once

#include "domain/async.hpp"

#include <boost/intrusive/set.hpp>

namespace holdfast::net {

class deadlines;

// One deadline, part of what it guards. Shard's thread only.
class deadline : public boost::intrusive::set_base_hook<> {
public:
    explicit deadline(deadlines& all) : all_(&all) {}

    deadline(const deadline&) = delete;
    deadline& operator=(const deadline&) = delete;

    void arm(steady_clock::duration from_now); // replaces an earlier arm()
    void disarm();

    [[nodiscard]] bool armed() const { return is_linked(); }

protected:
    virtual ~deadline() { disarm(); }

    // Called once for each arm() that was not disarmed in time, from the event loop; disarmed by then.
    virtual void expired() = 0;

private:
    friend class deadlines;

    friend bool operator<(const deadline& a, const deadline& b) { return a.at_ < b.at_; }

    deadlines* all_;
    steady_clock::time_point at_{};
};

// Outlives every arm() and disarm() of its members, but may be destroyed before the members are.
class deadlines {
public:
    explicit deadlines(executor where) : timer_(where) {}

    deadlines(const deadlines&) = delete;
    deadlines& operator=(const deadlines&) = delete;

    ~deadlines() { set_.clear(); }

    // From now on the timer ends with the last deadline, so that io_context::run() can return. Until then it
    // may tick on without a deadline: disarming then costs nothing.
    void end_when_empty();

private:
    friend class deadline;

    void add(deadline& one);
    void remove(deadline& one);
    void sleep_until(steady_clock::time_point when);
    void tick();
    void stop();

    boost::intrusive::multiset<deadline> set_;
    steady_timer timer_;
    steady_clock::time_point wakes_ = steady_clock::time_point::max(); // max: the timer does not run
    bool ending_ = false;
};

} // namespace holdfast::net
