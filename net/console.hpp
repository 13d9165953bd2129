// The web console: files compiled into the binary by scripts/embed-console.
#pragma once

#include <span>
#include <string_view>

namespace holdfast::net {

struct console_asset {
    std::string_view path; // of the request
    std::string_view content_type;
    std::string_view etag; // quoted
    bool immutable;        // another content would have another path
    std::string_view plain;
    std::string_view gzip;
};

// Empty where the binary was built without it. Lives as long as the program; any thread may read it.
[[nodiscard]] std::span<const console_asset> console_assets();

// Why it was built without the console; empty: it was not.
[[nodiscard]] std::string_view why_no_console();

} // namespace holdfast::net
