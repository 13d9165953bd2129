// A clock for the database that a test sets: what connects through it sees this time wherever a statement of
// the product says now().
#pragma once

#include "domain/time.hpp"
#include "test/support/postgres.hpp"

#include <string>

namespace holdfast::test {

class database_clock {
public:
    // Nobody may be connected through conninfo() yet.
    database_clock(const scratch_database& of, instant at);

    void set(instant to);

    void advance(std::chrono::microseconds by) { set(at_ + by); }

    [[nodiscard]] instant now() const { return at_; }

    [[nodiscard]] std::string conninfo() const;

private:
    const scratch_database& of_;
    instant at_;
};

} // namespace holdfast::test
