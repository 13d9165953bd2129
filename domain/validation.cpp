#include "domain/validation.hpp"

#include "domain/schedule.hpp"

#include <algorithm>

namespace holdfast {
namespace {

bool is_word_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

bool is_word(std::string_view text, std::size_t shortest, std::size_t longest) {
    return text.size() >= shortest && text.size() <= longest &&
           std::all_of(text.begin(), text.end(), is_word_char);
}

std::string at(std::string_view pointer, std::size_t index) {
    return std::string(pointer) + '/' + std::to_string(index);
}

void check_schedule(std::string_view pointer, std::string_view text, std::vector<field_error>& wrong) {
    auto when = text.size() > text_bytes_max ? result<schedule>(failure{errc::invalid, "is too long"})
                                             : parse_schedule(text);
    if (!when) wrong.push_back({std::string(pointer), std::string(when.error().detail())});
}

} // namespace

bool is_absolute_path(std::string_view path) {
    if (path.starts_with('/')) return true;
    const bool letter =
        !path.empty() && ((path[0] >= 'a' && path[0] <= 'z') || (path[0] >= 'A' && path[0] <= 'Z'));
    return letter && path.size() >= 3 && path[1] == ':' && (path[2] == '\\' || path[2] == '/');
}

bool is_policy_name(std::string_view name) {
    return is_word(name, 3, 100);
}

bool is_session(std::string_view text) {
    return is_word(text, 1, 64);
}

bool is_restic_duration(std::string_view text) {
    if (text.empty()) return false;
    bool digits = false;
    for (const char c : text) {
        if (c >= '0' && c <= '9') {
            digits = true;
        } else if (digits && (c == 'y' || c == 'm' || c == 'd' || c == 'h')) {
            digits = false;
        } else {
            return false;
        }
    }
    return !digits;
}

void check_include_paths(std::string_view pointer, const std::vector<std::string>& paths,
                         std::vector<field_error>& wrong) {
    if (paths.empty() || paths.size() > include_paths_max)
        wrong.push_back(
            {std::string(pointer), "must hold 1 to " + std::to_string(include_paths_max) + " paths"});
    for (std::size_t i = 0; i < paths.size() && i < include_paths_max; ++i)
        if (!is_absolute_path(paths[i]) || paths[i].size() > path_bytes_max)
            wrong.push_back({at(pointer, i), "must be an absolute path of at most " +
                                                 std::to_string(path_bytes_max) + " bytes"});
}

void check_exclude_paths(std::string_view pointer, const std::vector<std::string>& paths,
                         std::vector<field_error>& wrong) {
    if (paths.size() > exclude_paths_max)
        wrong.push_back(
            {std::string(pointer), "must hold at most " + std::to_string(exclude_paths_max) + " patterns"});
    for (std::size_t i = 0; i < paths.size() && i < exclude_paths_max; ++i)
        if (paths[i].empty() || paths[i].size() > path_bytes_max)
            wrong.push_back(
                {at(pointer, i), "must be a pattern of 1 to " + std::to_string(path_bytes_max) + " bytes"});
}

void check_range(std::string_view pointer, std::int64_t value, std::int64_t low, std::int64_t high,
                 std::vector<field_error>& wrong) {
    if (value >= low && value <= high) return;
    wrong.push_back(
        {std::string(pointer), "must be from " + std::to_string(low) + " to " + std::to_string(high)});
}

void check_schedules(const timetable& wanted, std::vector<field_error>& wrong) {
    check_schedule("/schedule", wanted.schedule, wrong);
    if (wanted.check_schedule) check_schedule("/checkSchedule", *wanted.check_schedule, wrong);
    if (wanted.prune_schedule) check_schedule("/pruneSchedule", *wanted.prune_schedule, wrong);
    if (!find_zone(wanted.timezone))
        wrong.push_back({"/timezone", "must be a time zone of the IANA database, such as Europe/Berlin"});
}

std::vector<field_error> check(const policy& wanted) {
    std::vector<field_error> wrong;
    if (!is_policy_name(wanted.name)) wrong.push_back({"/name", "must be 3 to 100 of A-Z a-z 0-9 _ -"});
    check_schedules(wanted.when, wrong);
    if (wanted.description && wanted.description->size() > text_bytes_max)
        wrong.push_back(
            {"/description", "must not be longer than " + std::to_string(text_bytes_max) + " bytes"});
    check_range("/spreadSeconds", wanted.when.spread_seconds, 0, 7L * 86400, wrong);
    check_range("/minGapSeconds", wanted.when.min_gap_seconds, 0, 366L * 86400, wrong);
    if (wanted.max_age_seconds)
        check_range("/maxAgeSeconds", *wanted.max_age_seconds, 1, 10LL * 366 * 86400, wrong);
    check_range("/maxAttempts", wanted.max_attempts, 1, attempts_max, wrong);
    check_include_paths("/includePaths", wanted.what.include_paths, wrong);
    check_exclude_paths("/excludePaths", wanted.what.exclude_paths, wrong);
    return wrong;
}

} // namespace holdfast
