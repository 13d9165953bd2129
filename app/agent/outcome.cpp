#include "app/agent/outcome.hpp"

#include "domain/repository.hpp"

#include <algorithm>

namespace holdfast::app {
namespace {

namespace bj = boost::json;

constexpr int exit_incomplete = 3; // restic backup: a snapshot was made, but some files could not be read

// Length of the UTF-8 sequence at the beginning (RFC 3629, section 4), 0 when there is none.
std::size_t sequence_length(std::string_view text) {
    const auto at = [text](std::size_t i) {
        return i < text.size() ? static_cast<unsigned>(static_cast<unsigned char>(text[i])) : 0U;
    };
    const auto tail = [&at](std::size_t i) { return (at(i) & 0xC0U) == 0x80U; };
    const unsigned first = at(0);
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first <= 0xDF) return tail(1) ? 2 : 0;
    if (first >= 0xE0 && first <= 0xEF) {
        const bool good =
            tail(1) && tail(2) && !(first == 0xE0 && at(1) < 0xA0) && !(first == 0xED && at(1) > 0x9F);
        return good ? 3 : 0;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        const bool good = tail(1) && tail(2) && tail(3) && !(first == 0xF0 && at(1) < 0x90) &&
                          !(first == 0xF4 && at(1) > 0x8F);
        return good ? 4 : 0;
    }
    return 0;
}

// What a byte takes inside of a JSON string.
std::size_t json_size(char c) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\' || c == '\n' || c == '\r' || c == '\t') return 2;
    return byte < 0x20 ? 6 : 1;
}

// restic and the libraries below it may repeat the repository: not its password.
std::string without_password(std::string text, std::string_view repository) {
    const std::string masked = masked_repository(repository);
    if (masked == repository) return text;
    const std::size_t at_password = masked.find("***@");
    const std::size_t length = repository.size() + 3 - masked.size();
    const std::string secret = ":" + std::string(repository.substr(at_password, length)) + "@";
    for (std::size_t at = text.find(secret); at != std::string::npos; at = text.find(secret, at + 5))
        text.replace(at, secret.size(), ":***@");
    return text;
}

// The wire's names are in lowerCamelCase.
bj::object in_camel_case(const bj::object& from) {
    bj::object out;
    for (const auto& [key, value] : from) {
        if (key == "message_type" || key == "snapshot_id") continue;
        std::string name;
        for (const char c : key) {
            if (!name.empty() && name.back() == '_')
                name.back() = static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
            else
                name += c;
        }
        out[name] = value;
    }
    return out;
}

std::string why_failed(const order& task, const exit_status& ended, const restic_output& said) {
    if (ended.timed_out) {
        const int limit = task.execution_params ? task.execution_params->timeout_seconds.value_or(0) : 0;
        return limit > 0 ? "stopped after " + std::to_string(limit) + " s, the task's timeoutSeconds"
                         : "the repository did not answer in time";
    }
    if (ended.code == exit_incomplete && said.summary())
        return said.unreadable().empty() ? "the snapshot is incomplete: some files could not be read"
                                         : "the snapshot is incomplete: cannot read " + said.unreadable();
    if (!said.fatal().empty()) return said.fatal();
    if (!said.last_error().empty()) return said.last_error();
    return "restic ended with status " + std::to_string(ended.code);
}

} // namespace

std::string storable_tail(std::string_view text, std::size_t json_bytes_max) {
    std::string clean;
    clean.reserve(text.size());
    while (!text.empty()) {
        const std::size_t length = sequence_length(text);
        if (length == 0 || text.front() == '\0')
            clean += "\xEF\xBF\xBD";
        else
            clean.append(text.substr(0, length));
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    std::size_t begin = clean.size();
    for (std::size_t room = json_bytes_max; begin > 0 && json_size(clean[begin - 1]) <= room; --begin)
        room -= json_size(clean[begin - 1]);
    while (begin < clean.size() && (static_cast<unsigned char>(clean[begin]) & 0xC0U) == 0x80U) ++begin;
    return clean.substr(begin);
}

report failed_report(const order& task, std::string_view why, error_category category, double seconds) {
    constexpr std::size_t message_bytes_max = 4096;
    report out;
    out.attempt = task.attempt;
    out.status = outcome::failed;
    out.duration_seconds = seconds;
    out.error_message = storable_tail(without_password(std::string(why), task.repository), message_bytes_max);
    out.error_category = category;
    out.log = *out.error_message + "\n";
    return out;
}

report make_report(const order& task, const exit_status& ended, const restic_output& said, double seconds) {
    const bool incomplete = ended.code == exit_incomplete && said.summary();
    const std::string why = why_failed(task, ended, said);
    report out = failed_report(
        task, why, ended.timed_out || incomplete ? error_category::transient : classify(why), seconds);
    if (ended.code == 0 && !ended.timed_out) {
        out.status = outcome::completed;
        out.error_message.reset();
        out.error_category.reset();
    }
    out.log = storable_tail(without_password(said.text(), task.repository), log_bytes_max);
    if (const auto& summary = said.summary()) {
        out.statistics = in_camel_case(*summary);
        if (const bj::value* id = summary->if_contains("snapshot_id"); id && id->is_string())
            out.snapshot_id = std::string(id->get_string());
    }
    return out;
}

} // namespace holdfast::app
