// The servers that a person works with, in a file of theirs. It holds tokens: nobody else may read it.
#pragma once

#include <map>
#include <string>

namespace holdfast::app::cli {

struct server_context {
    std::string server; // https://HOST:PORT
    std::string ca;     // PEM file; empty: the system's
    std::string token;
};

struct server_contexts {
    std::map<std::string, server_context> all;
    std::string current; // a name in `all`, or empty
};

// $XDG_CONFIG_HOME/holdfast/contexts.yaml, or below ~/.config.
[[nodiscard]] std::string contexts_file();

// None when there is no such file. Throws command_failed (usage) for one that others can read or that can't
// be understood.
[[nodiscard]] server_contexts load_contexts(const std::string& file);

// With mode 600, all or nothing. Throws command_failed (usage).
void save_contexts(const std::string& file, const server_contexts& what);

} // namespace holdfast::app::cli
