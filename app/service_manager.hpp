// What a process and the service manager that started it (systemd) tell each other. Does nothing where there
// is none.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>
#include <vector>

namespace holdfast::app {

// sd_notify(3): "READY=1", "STOPPING=1", "STATUS=…".
void tell_service_manager(std::string_view state);

// Sockets that the manager opened and listens at for us (sd_listen_fds(3)). For the process's first thread,
// once: what is started later does not inherit them, and is not told.
[[nodiscard]] std::vector<int> sockets_of_service_manager();

// How long this process may be silent before it is taken for dead (sd_watchdog_enabled(3)); none: nobody
// watches.
[[nodiscard]] std::optional<std::chrono::microseconds> watchdog_patience();

} // namespace holdfast::app
