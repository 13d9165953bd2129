// Which server a command is for, and as whom.
#pragma once

#include "net/client/url.hpp"

#include <string>

namespace holdfast::app::cli {

// What the command line says; empty: nothing.
struct connection_wish {
    std::string server, ca, token_file;
    std::string context; // a name in the file of contexts
};

struct connection {
    net::server_url server;
    std::string ca; // PEM file
    std::string token;
};

// The command line wins, then the environment (HOLDFAST_SERVER, HOLDFAST_CA, HOLDFAST_TOKEN,
// HOLDFAST_TOKEN_FILE, HOLDFAST_CONTEXT), then the present context. A context that the command line names
// stands in front of the environment. The token of a context is for its own server only. Throws
// command_failed (usage) when the server or the token is left open.
[[nodiscard]] connection connection_for(const connection_wish& wish);

// The first line of a file; empty for none. Throws command_failed (usage).
[[nodiscard]] std::string token_in(const std::string& file);

} // namespace holdfast::app::cli
