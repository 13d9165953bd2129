// How an attempt ended, as the server is told. Pure.
#pragma once

#include "app/agent/child_process.hpp"
#include "app/agent/order.hpp"
#include "app/agent/restic_output.hpp"
#include "domain/task_rules.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace holdfast::app {

inline constexpr std::size_t log_bytes_max = std::size_t{512} * 1024; // as a JSON string

// Invalid UTF-8 and NUL replaced by U+FFFD, then the end of it, no longer than this as a JSON string.
[[nodiscard]] std::string storable_tail(std::string_view text, std::size_t json_bytes_max);

// `completed` for exit status 0 only. A snapshot that is incomplete (3) is a failure that a retry may mend;
// its id is reported all the same. A password of the repository is in none of it.
[[nodiscard]] report make_report(const order& task, const exit_status& ended, const restic_output& said,
                                 double seconds);

// An attempt that failed before restic had anything to say.
[[nodiscard]] report failed_report(const order& task, std::string_view why, error_category category,
                                   double seconds);

} // namespace holdfast::app
