// What an agent says of its machine.
#pragma once

#include "net/wire/agent.hpp"

#include <string>
#include <vector>

namespace holdfast::app {

[[nodiscard]] std::string system_hostname();
[[nodiscard]] std::string system_name(); // "linux"
[[nodiscard]] std::string system_arch(); // "x86_64"
[[nodiscard]] std::int64_t uptime_seconds();

// The file systems on real devices, each once.
[[nodiscard]] std::vector<net::wire::disk> disks();

} // namespace holdfast::app
