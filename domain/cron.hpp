// Cron expressions of five fields, read as Vixie's cron reads them, and the times of a wall clock they name.
//
//   minute 0-59, hour 0-23, day of month 1-31, month 1-12 or jan-dec, day of week 0-7 (0 and 7: Sunday) or
//   sun-sat
//
// A field is a list (`,`) of `*`, single values and ranges (`-`); each may have a step: `*/5`, `1-30/2`, and
// `10/5`, which is `10-59/5` for a minute (to the end of the field's range). Names are in any case. A range
// that ends on Sunday may say so as 0 or sun (`fri-sun`); others must not run backwards.
// Where day of month and day of week are both restricted, a day that matches either will do; a field that
// holds a `*`, even with a step, restricts nothing in this sense, and then both must match (crontab(5)).
// @hourly @daily @midnight @weekly @monthly @yearly @annually stand for what they stand for in crontab(5).
#pragma once

#include "domain/result.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace holdfast {

// Sets are bit masks: bit N is the value N.
struct cron {
    std::uint64_t minutes = 0;
    std::uint32_t hours = 0;
    std::uint32_t days = 0;
    std::uint32_t months = 0;
    std::uint32_t weekdays = 0; // 0 to 6, Sunday first
    bool either_day = false;    // days and weekdays are both restricted: either will do

    friend bool operator==(const cron&, const cron&) = default;
};

// The failure's detail is a sentence that names the field and what was expected of it. What can never match
// (`0 0 30 2 *`) is refused.
[[nodiscard]] result<cron> parse_cron(std::string_view text);

// Whether it runs in every hour of the day, however that is written.
[[nodiscard]] bool is_every_hour(const cron& when);

// The first matching minute strictly after that time of a wall clock; nothing beyond the year 9999.
[[nodiscard]] std::optional<std::chrono::local_seconds> next_after(const cron& when,
                                                                   std::chrono::local_seconds after);

} // namespace holdfast
