// `holdfast agent install` and `uninstall`: the agent as a service of systemd, or of launchd.
#pragma once

#include <string>
#include <vector>

namespace holdfast::app {

struct install_settings {
    std::string root;     // everything is written below it; empty: /
    bool launchd = false; // instead of systemd
    bool print = false;
    bool force = false;
    std::vector<std::string> writable; // folders, besides the agent's own
    std::string settings_file;         // what the service's agent reads
};

// The unit file. It runs as root, which a backup of all files needs, and without what else root may do. Pure.
[[nodiscard]] std::string service_unit(const std::string& program, const std::vector<std::string>& writable);

// launchd's property list for the same: it knows no environment files, so a shell reads it. Pure.
[[nodiscard]] std::string launchd_list(const std::string& program);

// Each returns the exit status, and says on standard output what it did and what is to be done now.
[[nodiscard]] int install_agent(const install_settings& settings);
[[nodiscard]] int uninstall_agent(const install_settings& settings);

} // namespace holdfast::app
