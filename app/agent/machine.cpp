#include "app/agent/machine.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <ctime>
#include <fstream>
#include <set>
#include <sstream>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <unistd.h>

namespace holdfast::app {
namespace {

constexpr std::size_t disks_max = 50;

utsname system_facts() {
    utsname facts{};
    ::uname(&facts);
    return facts;
}

} // namespace

std::string system_hostname() {
    std::array<char, 256> name{};
    ::gethostname(name.data(), name.size() - 1);
    return name.data();
}

std::string system_name() {
    std::string name = system_facts().sysname;
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return name;
}

std::string system_arch() {
    return system_facts().machine;
}

std::int64_t uptime_seconds() {
    timespec now{};
    ::clock_gettime(CLOCK_BOOTTIME, &now);
    return now.tv_sec;
}

std::vector<net::wire::disk> disks() {
    std::vector<net::wire::disk> out;
    std::set<std::string> devices;
    std::ifstream mounts("/proc/self/mounts");
    for (std::string line; std::getline(mounts, line) && out.size() < disks_max;) {
        std::istringstream words(line);
        std::string device;
        std::string path;
        words >> device >> path;

        struct statvfs facts {};

        if (!device.starts_with("/dev/") || path.find('\\') != std::string::npos ||
            !devices.insert(device).second)
            continue;
        if (::statvfs(path.c_str(), &facts) != 0 || facts.f_blocks == 0) continue;
        const auto unit = static_cast<std::int64_t>(facts.f_frsize);
        out.push_back({path, static_cast<std::int64_t>(facts.f_bavail) * unit,
                       static_cast<std::int64_t>(facts.f_blocks) * unit});
    }
    return out;
}

} // namespace holdfast::app
