// Points in time as the product sees them: UTC, to the microsecond, which is what PostgreSQL keeps.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace holdfast {

using instant = std::chrono::sys_time<std::chrono::microseconds>;

// RFC 3339, UTC, `Z`; a fraction (3 or 6 digits) only where there is one. Years 0001 to 9999.
[[nodiscard]] std::string to_rfc3339(instant at);

// RFC 3339, section 5.6: any offset, up to nine digits of a fraction (cut to microseconds), a leap second
// counts as the second after it. Nothing when the text is anything else, or of another year in UTC.
[[nodiscard]] std::optional<instant> parse_rfc3339(std::string_view text);

} // namespace holdfast
