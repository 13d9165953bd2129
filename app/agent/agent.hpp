// `holdfast agent`: asks a server for tasks by long poll, runs restic for them and reports what became of
// them.
#pragma once

#include "net/tls_context.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace holdfast::app {

struct agent_settings {
    std::string server_url;   // https://HOST[:PORT]
    std::string ca_file;      // PEM: the CAs that the server's certificate may come from
    net::own_certificate own; // brought to the server, where it asks for certificates

    // Registers the agent: an `enroll` token buys it a token of its own, any other is used for everything.
    // Needed until the state folder knows one that is the agent's own. `token` wins over the file's first
    // line.
    std::string token;
    std::string token_file;

    std::string hostname;  // default: the system's
    std::string state_dir; // identity and undelivered results; made when it is missing
    std::string version = "0.1.0";

    std::chrono::seconds wait{60};                 // of a poll
    std::optional<std::chrono::seconds> heartbeat; // default: what the server says
    std::vector<std::string> types;                // backup, check, prune; empty: all
    int max_tasks = 1;                             // side by side

    std::chrono::seconds progress_interval{5}; // between two reports of a task that runs

    std::vector<std::string> pre_hooks, post_hooks; // programs, run in this order
    std::chrono::seconds hook_timeout{300};         // of each

    bool decline_on_battery = false;
    bool decline_on_metered = false;               // where NetworkManager can tell
    std::chrono::seconds decline_retry_after{900}; // what is declined may be offered again after this

    std::string restic = "restic"; // a path, or a name to look up in PATH
    bool init_repository = false;  // a backup may initialise a repository that does not exist
    bool demo = false; // hostname "demo", repositories initialised as needed, and says on standard output
                       // what it does
};

// Runs until SIGTERM or SIGINT; the second one ends it at once. Takes these signals, ignores SIGPIPE. The
// process's exit status: 0 after a signal, 1 when it can't start (settings, state folder, registration
// refused), said in the log.
[[nodiscard]] int run_agent(const agent_settings& settings);

} // namespace holdfast::app
