// What the command line, HOLDFAST_* and a file of settings say, in this order.
#pragma once

#include "app/agent_options.hpp"
#include "app/cli/order.hpp"
#include "app/load/load.hpp"
#include "domain/log.hpp"
#include "domain/timing.hpp"
#include "net/limits.hpp"
#include "net/tls_context.hpp"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace holdfast::app {

struct log_settings {
    log::level level = log::level::info;
    log::format format = log::format::text; // default: text on a terminal, JSON otherwise
};

struct webhook_settings {
    std::string url; // empty: none
    std::string secret_file;
    std::string ca_file = "/etc/ssl/certs/ca-certificates.crt"; // the system's, on Debian
};

struct server_settings {
    std::string database;        // libpq connection string or URI
    std::string notify_database; // of LISTEN and NOTIFY; empty: the same
    bool notify = true;          // false: for transaction poolers; the sweep finds what other servers made
    std::vector<std::string> listen{"127.0.0.1:8443"};
    std::string tls_cert;
    std::string tls_key;
    net::client_trust client_trust;
    unsigned cores = 0; // 0: all
    unsigned connections_per_core = 2;
    timing times;
    net::limits limits;
    webhook_settings webhook;
    log_settings log;
};

struct migrate_settings {
    std::string database;
    std::string serving_role; // is given what serving needs; empty: nobody
    log_settings log;
};

struct token_settings {
    std::string database;
    std::string kind;
    std::string name;
    std::string tenant; // a UUID; empty: the default tenant
    log_settings log;
};

struct agent_command {
    agent_deed deed = agent_deed::run;
    agent_settings agent;
    install_settings install;
    log_settings log;
};

struct load_command {
    load_settings load;
    log_settings log;
};

struct cli_command {
    cli::order order;
    log_settings log;
};

struct finished { // help or a version was printed, or something is wrong and was said
    int exit_code = 0;
};

using command = std::variant<finished, server_settings, migrate_settings, token_settings, agent_command,
                             load_command, cli_command>;

// Prints help, version and errors itself: a wrong setting is a sentence that names it.
[[nodiscard]] command read_command(int argc, char** argv);

// What this build calls itself.
[[nodiscard]] std::string_view version();

} // namespace holdfast::app
