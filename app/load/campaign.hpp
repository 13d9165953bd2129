// What all threads of one load share, and what each has for itself.
#pragma once

#include "app/load/ledger.hpp"
#include "app/load/load.hpp"
#include "app/load/tally.hpp"
#include "net/client/url.hpp"
#include "net/tls_context.hpp"

#include <atomic>

namespace holdfast::app::load {

// The same while it lasts.
struct campaign {
    load_settings settings;
    net::tls_context tls;
    net::server_url server;
    net::server_url operators; // where tasks are made
    std::string name;          // "load-" and something; every name that this load makes begins with it
    std::string token;         // an operator's or administrator's
    std::string agents_token;  // agents register with it
    policy_id policy;
    bool many_addresses = false; // the server is on this machine: 127.0.0.x, so that there are ports enough
};

// What the main thread may look at while a thread works.
struct progress {
    std::atomic<std::uint64_t> registered = 0;
    std::atomic<std::uint64_t> waiting = 0; // polls under way
    std::atomic<std::uint64_t> polls = 0;   // answered, with tasks or without
    std::atomic<std::uint64_t> made = 0;
    std::atomic<std::uint64_t> finished = 0;
};

// One thread's own.
struct desk {
    ledger books;
    tally counts;
    progress seen;
    moment last_finish;
};

} // namespace holdfast::app::load
