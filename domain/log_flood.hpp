// Keeps a flood of lines out of the log.
#pragma once

#include "domain/token_bucket.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace holdfast::log {

// A message's words up to the first digit or colon: the same for all lines that one place in the source
// writes.
[[nodiscard]] std::string_view kind_of(std::string_view message);

// Of one kind of line sixty at once, then one a second. Any thread.
class flood_gate {
public:
    // How many of its kind were left out since the last one that was written; nothing: leave this one out
    // too.
    [[nodiscard]] std::optional<std::uint64_t> pass(std::string_view message, steady_clock::time_point now);

private:
    struct history {
        token_bucket bucket;
        std::uint64_t left_out = 0;
    };

    history& of_kind(std::string_view kind);

    std::mutex mutex_;
    std::map<std::string, history, std::less<>> kinds_;
};

} // namespace holdfast::log
