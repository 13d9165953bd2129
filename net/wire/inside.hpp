// What the cores look like inside, for whoever looks for a fault.
#pragma once

#include <boost/describe/class.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace holdfast::net::wire {

struct waiting_polls {
    std::size_t waiting = 0;
    std::size_t below_second = 0; // how long they wait already
    std::size_t below_ten_seconds = 0;
    std::size_t below_minute = 0;
    std::size_t longer = 0;
    std::int64_t oldest_seconds = 0;
};

BOOST_DESCRIBE_STRUCT(waiting_polls, (),
                      (waiting, below_second, below_ten_seconds, below_minute, longer, oldest_seconds))

struct database_pool {
    std::size_t connections = 0;          // shared ones that are up
    std::size_t statements_in_flight = 0; // on them
    std::size_t transactions = 0;         // exclusive connections
    std::size_t reconnects = 0;           // since the start
};

BOOST_DESCRIBE_STRUCT(database_pool, (), (connections, statements_in_flight, transactions, reconnects))

struct batches {
    std::uint64_t count = 0;
    std::uint64_t calls = 0; // that went with them
};

BOOST_DESCRIBE_STRUCT(batches, (), (count, calls))

struct core {
    std::size_t connections = 0; // of clients
    waiting_polls polls;
    database_pool database;
    wire::batches batches;
};

BOOST_DESCRIBE_STRUCT(core, (), (connections, polls, database, batches))

struct inside {
    std::vector<core> cores;
};

BOOST_DESCRIBE_STRUCT(inside, (), (cores))

} // namespace holdfast::net::wire
