// What the product accepts: pure rules on values that have the right type already. What is wrong comes back
// by JSON pointer.
#pragma once

#include "domain/policy.hpp"
#include "domain/result.hpp"

#include <string_view>
#include <vector>

namespace holdfast {

inline constexpr std::size_t include_paths_max = 100;
inline constexpr std::size_t exclude_paths_max = 1000;
inline constexpr std::size_t path_bytes_max = 4096;
inline constexpr std::size_t text_bytes_max = 1000; // names, descriptions, reasons
inline constexpr int attempts_max = 100;
inline constexpr int tasks_in_one_request_max = 1000;

// `/…`, or with a drive letter.
[[nodiscard]] bool is_absolute_path(std::string_view path);

// 3 to 100 of A-Za-z0-9_-
[[nodiscard]] bool is_policy_name(std::string_view name);

// 1 to 64 of A-Za-z0-9_-
[[nodiscard]] bool is_session(std::string_view text);

// restic's durations: 1y5m7d2h
[[nodiscard]] bool is_restic_duration(std::string_view text);

void check_include_paths(std::string_view pointer, const std::vector<std::string>& paths,
                         std::vector<field_error>& wrong);
void check_exclude_paths(std::string_view pointer, const std::vector<std::string>& paths,
                         std::vector<field_error>& wrong);
void check_range(std::string_view pointer, std::int64_t value, std::int64_t low, std::int64_t high,
                 std::vector<field_error>& wrong);

// Schedules and time zone.
void check_schedules(const timetable& wanted, std::vector<field_error>& wrong);

[[nodiscard]] std::vector<field_error> check(const policy& wanted);

} // namespace holdfast
