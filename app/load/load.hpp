// `holdfast load`: puts load on a server that speaks the API, measures it, and checks meanwhile that it keeps
// its promises. docs/load-testing.md is for its users.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace holdfast::app {

enum class load_scenario {
    idle,  // polls that wait
    wake,  // polls that wait, and tasks that reach them
    drain, // a backlog, worked off as fast as it goes
    fleet, // heartbeats, polls, tasks that take their time
};

struct load_settings {
    load_scenario scenario = load_scenario::idle;

    std::string server_url;   // https://HOST[:PORT]: where agents call
    std::string operator_url; // where tasks are made; empty: the same
    std::string ca_file;      // PEM: the CAs that the servers' certificates may come from

    // An administrator's: makes a token for the agents. An operator's will do together with a fleet token, or
    // an enroll token where each agent is to have a token of its own. `token` wins over the file's first
    // line.
    std::string token;
    std::string token_file;
    std::string agents_token;
    bool own_tokens = false;

    int agents = 1000;
    std::chrono::seconds wait{60}; // of each poll
    int limit = 10;                // tasks of a poll
    double rate = 100;             // tasks made in a second
    int tasks = 20'000;            // the backlog
    std::chrono::seconds duration{30};
    std::chrono::seconds heartbeat{60};
    std::chrono::seconds work{0}; // from a task's acknowledgement to its result

    std::chrono::seconds patience{30}; // without a finished task for so long, the rest is lost

    int threads = 1;
    std::vector<int> server_pids; // processes whose memory and CPU are measured
    bool json = false;            // the report's form
};

// Reports on standard output. 0: all promises were kept; 2: one was broken; a load that can't be put on
// throws std::runtime_error with a sentence. SIGINT and SIGTERM end the load early, and the report follows.
[[nodiscard]] int run_load(const load_settings& settings);

} // namespace holdfast::app
