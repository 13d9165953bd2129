// Structured log lines. One sink for the process, set up once by app; any thread may write. Secrets (tokens,
// passwords in repository strings, request bodies) are never passed in here.
#pragma once

#include "domain/id.hpp"

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace holdfast::log {

enum class level : std::uint8_t { debug, info, warning, error };
enum class format : std::uint8_t { text, json };

struct field {
    std::string_view key; // lower_snake_case; agent, task, tenant where there is one
    std::string value;
    bool number = false;

    field(std::string_view k, std::string_view v) : key(k), value(v) {}

    field(std::string_view k, const std::string& v) : key(k), value(v) {}

    field(std::string_view k, const char* v) : key(k), value(v) {}

    template <std::integral N>
    field(std::string_view k, N v) : key(k), value(std::to_string(v)), number(true) {}

    template <class Tag> field(std::string_view k, const id<Tag>& v) : key(k), value(to_string(v)) {}
};

// The request that a line belongs to: written as `request`, and `trace_id` and `span_id` of its caller's
// trace, as OpenTelemetry names them. Views that need to live for the call only.
struct request_ref {
    std::string_view id = {};          // X-Request-Id; empty: none
    std::string_view traceparent = {}; // well-formed, or empty
};

// Until this is called, lines go to standard error as text, from warning upwards.
void start(level minimum, format form);
void flush();

[[nodiscard]] bool enabled(level which);
void write(level which, std::string_view message, std::initializer_list<field> fields = {},
           const request_ref& of = {});

inline void debug(std::string_view message, std::initializer_list<field> fields = {},
                  const request_ref& of = {}) {
    write(level::debug, message, fields, of);
}

inline void info(std::string_view message, std::initializer_list<field> fields = {},
                 const request_ref& of = {}) {
    write(level::info, message, fields, of);
}

inline void warning(std::string_view message, std::initializer_list<field> fields = {},
                    const request_ref& of = {}) {
    write(level::warning, message, fields, of);
}

inline void error(std::string_view message, std::initializer_list<field> fields = {},
                  const request_ref& of = {}) {
    write(level::error, message, fields, of);
}

} // namespace holdfast::log
