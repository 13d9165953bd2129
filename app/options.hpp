// Options as several subcommands have them.
#pragma once

#include <CLI/CLI.hpp>

#include <cctype>
#include <chrono>
#include <string>

namespace holdfast::app {

// Every setting may come from the environment too: --tls-cert is HOLDFAST_TLS_CERT.
inline std::string environment_name(const std::string& option) {
    std::string name = "HOLDFAST_";
    for (const char c : option)
        name += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return name;
}

inline CLI::Option* add_database(CLI::App& to, std::string& database) {
    return to
        .add_option("--database", database,
                    "How to reach PostgreSQL: a libpq connection string or URI (required)")
        ->type_name("CONNINFO");
}

inline CLI::Option* add_seconds(CLI::App& to, const std::string& name, std::chrono::seconds& value,
                                const std::string& what, long low, long high) {
    return to
        .add_option_function<long>(
            name, [&value](long n) { value = std::chrono::seconds(n); }, what)
        ->check(CLI::Range(low, high))
        ->type_name("SECONDS")
        ->default_str(std::to_string(value.count()));
}

inline void require(const std::string& value, const std::string& name) {
    if (!value.empty()) return;
    throw CLI::ValidationError("--" + name, "is required (or " + environment_name(name) + ")");
}

} // namespace holdfast::app
