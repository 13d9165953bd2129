// The machine-readable contract: docs/openapi.yaml as JSON, compiled into the binary by
// scripts/embed-openapi.
#pragma once

#include <string_view>

namespace holdfast::net {

// What GET /openapi.json answers. Lives as long as the program; any thread may read it.
[[nodiscard]] std::string_view openapi_json();

} // namespace holdfast::net
