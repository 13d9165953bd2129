// Text on its way into a log: what may be stored, sent and shown. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace holdfast::app {

// Invalid UTF-8 and NUL replaced by U+FFFD.
[[nodiscard]] std::string storable(std::string_view text);

// The same, then the end of it, no longer than this as a JSON string.
[[nodiscard]] std::string storable_tail(std::string_view text, std::size_t json_bytes_max);

// Length of the beginning of a storable text that is no longer than this as a JSON string; whole characters.
[[nodiscard]] std::size_t json_head(std::string_view text, std::size_t json_bytes_max);

// restic and the libraries below it may repeat the repository: not its password.
[[nodiscard]] std::string without_password(std::string text, std::string_view repository);

} // namespace holdfast::app
