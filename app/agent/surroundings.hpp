// What around this machine speaks against a task now. Linux.
#pragma once

#include "domain/async.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::app {

// A battery of the machine (not of a mouse) is being used up and no mains or USB supplies it.
[[nodiscard]] bool on_battery(const std::filesystem::path& supplies = "/sys/class/power_supply");

// The folder where something is to be mounted, and is not, so that a repository below it is not there: a line
// of fstab, or a removable disk below /media or /run/media. Both texts in the format of fstab(5). Pure.
[[nodiscard]] std::optional<std::string> absent_mount(std::string_view repository, std::string_view fstab,
                                                      std::string_view mounts);
[[nodiscard]] std::optional<std::string> absent_mount(std::string_view repository);

// NetworkManager says so of the connection that the machine's traffic takes; nothing: it can't be told.
awaitable<std::optional<bool>> metered(executor where, std::vector<std::string> environment);

} // namespace holdfast::app
