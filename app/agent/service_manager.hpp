// What systemd is told, where it started this process (sd_notify(3)).
#pragma once

#include <string_view>

namespace holdfast::app {

// "READY=1", "STOPPING=1". Does nothing where nobody asked for it.
void tell_service_manager(std::string_view state);

} // namespace holdfast::app
