#include "domain/log.hpp"

#include "domain/log_flood.hpp"
#include "domain/trace.hpp"

#include <spdlog/async.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <array>
#include <atomic>
#include <memory>
#include <utility>

namespace holdfast::log {
namespace {

std::atomic<level> lowest{level::warning};
std::atomic<format> shape{format::text};

spdlog::level::level_enum spdlog_level(level which) {
    switch (which) {
    case level::debug: return spdlog::level::debug;
    case level::info: return spdlog::level::info;
    case level::warning: return spdlog::level::warn;
    case level::error: return spdlog::level::err;
    }
    return spdlog::level::err;
}

std::string_view name_of(level which) {
    switch (which) {
    case level::debug: return "debug";
    case level::info: return "info";
    case level::warning: return "warning";
    case level::error: return "error";
    }
    return "error";
}

// Quotes, backslashes and control characters: what a client sent can't end a line or forge a field.
void append_quoted(std::string& out, std::string_view text) {
    static constexpr char hex[] = "0123456789abcdef";
    out += '"';
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (c == '\n') {
            out += "\\n";
        } else if (byte < 0x20 || byte == 0x7f) {
            out += "\\u00";
            out += hex[byte >> 4U];
            out += hex[byte & 15U];
        } else {
            out += c;
        }
    }
    out += '"';
}

bool is_plain(std::string_view text) {
    for (const char c : text)
        if (static_cast<unsigned char>(c) <= ' ' || c == '"' || c == '\\' || c == '=' || c == 0x7f)
            return false;
    return !text.empty();
}

void append_text(std::string& out, std::string_view key, std::string_view value) {
    out += ' ';
    out += key;
    out += '=';
    if (is_plain(value))
        out += value;
    else
        append_quoted(out, value);
}

// A number is not quoted.
void append_json(std::string& out, std::string_view key, std::string_view value, bool number) {
    out += ",\"";
    out += key;
    out += "\":";
    if (number)
        out += value;
    else
        append_quoted(out, value);
}

// As OpenTelemetry names them in logs that are not its own.
std::array<std::pair<std::string_view, std::string_view>, 3> named(const request_ref& of) {
    return {{{"request", of.id},
             {"trace_id", trace_id_of(of.traceparent)},
             {"span_id", span_id_of(of.traceparent)}}};
}

std::string as_text(level which, std::string_view message, std::initializer_list<field> fields,
                    const request_ref& of, std::uint64_t left_out) {
    std::string out(name_of(which));
    out.resize(8, ' ');
    for (const char c : message) out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    for (const field& f : fields) append_text(out, f.key, f.value);
    for (const auto& [key, value] : named(of))
        if (!value.empty()) append_text(out, key, value);
    if (left_out > 0) append_text(out, "left_out", std::to_string(left_out));
    return out;
}

std::string as_json(level which, std::string_view message, std::initializer_list<field> fields,
                    const request_ref& of, std::uint64_t left_out) {
    std::string out = "\"level\":\"";
    out += name_of(which);
    out += "\",\"message\":";
    append_quoted(out, message);
    for (const field& f : fields) append_json(out, f.key, f.value, f.number);
    for (const auto& [key, value] : named(of))
        if (!value.empty()) append_json(out, key, value, false);
    if (left_out > 0) append_json(out, "left_out", std::to_string(left_out), true);
    out += '}';
    return out;
}

// A full queue drops its oldest lines rather than hold up the event loop.
std::shared_ptr<spdlog::logger> make_logger(format form) {
    constexpr std::size_t lines_max = 16384;
    if (!spdlog::thread_pool()) spdlog::init_thread_pool(lines_max, 1);
    auto sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    auto made = std::make_shared<spdlog::async_logger>("holdfast", std::move(sink), spdlog::thread_pool(),
                                                       spdlog::async_overflow_policy::overrun_oldest);
    made->set_pattern(form == format::json ? "{\"time\":\"%Y-%m-%dT%H:%M:%S.%fZ\",%v"
                                           : "%Y-%m-%dT%H:%M:%S.%eZ %v",
                      spdlog::pattern_time_type::utc);
    made->set_level(spdlog::level::debug);
    made->flush_on(spdlog::level::info);
    return made;
}

std::shared_ptr<spdlog::logger>& logger() {
    static std::shared_ptr<spdlog::logger> one = make_logger(format::text);
    return one;
}

} // namespace

void start(level minimum, format form) {
    logger() = make_logger(form);
    shape = form;
    lowest = minimum;
}

void flush() {
    logger()->flush();
}

bool enabled(level which) {
    return which >= lowest.load(std::memory_order_relaxed);
}

void write(level which, std::string_view message, std::initializer_list<field> fields,
           const request_ref& of) {
    if (!enabled(which)) return;
    static flood_gate gate; // of what strangers can cause
    std::optional<std::uint64_t> left_out = 0;
    if (which >= level::warning) left_out = gate.pass(message, steady_clock::now());
    if (!left_out) return;
    logger()->log(spdlog_level(which),
                  spdlog::string_view_t(shape == format::json
                                            ? as_json(which, message, fields, of, *left_out)
                                            : as_text(which, message, fields, of, *left_out)));
}

} // namespace holdfast::log
