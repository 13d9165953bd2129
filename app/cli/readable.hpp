// Values of the API as people read them.
#pragma once

#include "domain/time.hpp"

#include <boost/json/value.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace holdfast::app::cli {

// "12 s ago", "in 5 min", "3 d ago".
[[nodiscard]] std::string relative(instant at, instant now);

// The largest unit that leaves at least two of it: "90 s", "36 h", "14 d".
[[nodiscard]] std::string duration_text(std::int64_t seconds);

[[nodiscard]] std::string bytes_text(std::int64_t bytes);

// Without what could steer a terminal: each control character but those in `kept` is a space.
[[nodiscard]] std::string harmless(std::string_view utf8, std::string_view kept = "");

// "lastSeenAt": "last seen at".
[[nodiscard]] std::string words_of(std::string_view member);

// A member's value on one line, by what its name says: …Seconds have a unit, …Bytes too. Times are relative;
// `whole` puts the time itself in front. Null is empty.
[[nodiscard]] std::string readable(std::string_view member, const boost::json::value& value, instant now,
                                   bool whole = false);

// What stands at "progress.percentDone"; null when nothing does.
[[nodiscard]] const boost::json::value& at_path(const boost::json::value& of, std::string_view path);

} // namespace holdfast::app::cli
