// How an attempt ended, as the server is told. Pure.
#pragma once

#include "app/agent/child_process.hpp"
#include "app/agent/order.hpp"
#include "app/agent/restic_output.hpp"
#include "domain/task_rules.hpp"

#include <string_view>

namespace holdfast::app {

// `completed` for exit status 0 only. A snapshot that is incomplete (3) is a failure that a retry may mend;
// its id is reported all the same. A password of the repository is in none of it. The log comes on its own.
[[nodiscard]] report make_report(const order& task, const exit_status& ended, const restic_output& said,
                                 double seconds);

// An attempt that failed before restic had anything to say.
[[nodiscard]] report failed_report(const order& task, std::string_view why, error_category category,
                                   double seconds);

} // namespace holdfast::app
