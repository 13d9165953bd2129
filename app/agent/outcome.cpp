#include "app/agent/outcome.hpp"

#include "app/agent/log_text.hpp"

namespace holdfast::app {
namespace {

namespace bj = boost::json;

constexpr int exit_incomplete = 3; // restic backup: a snapshot was made, but some files could not be read

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

report failed_report(const order& task, std::string_view why, error_category category, double seconds) {
    constexpr std::size_t message_bytes_max = 4096;
    report out;
    out.attempt = task.attempt;
    out.status = outcome::failed;
    out.duration_seconds = seconds;
    out.error_message = storable_tail(without_password(std::string(why), task.repository), message_bytes_max);
    out.error_category = category;
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
    if (const auto& summary = said.summary()) {
        out.statistics = in_camel_case(*summary);
        if (const bj::value* id = summary->if_contains("snapshot_id"); id && id->is_string())
            out.snapshot_id = std::string(id->get_string());
    }
    return out;
}

} // namespace holdfast::app
