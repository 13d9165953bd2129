#include "app/agent/surroundings.hpp"

#include "app/agent/child_process.hpp"
#include "app/agent/restic_command.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <sstream>

namespace holdfast::app {
namespace {

namespace fs = std::filesystem;

std::string first_line(const fs::path& file) {
    std::ifstream in(file);
    std::string line;
    std::getline(in, line);
    return line;
}

std::string contents(const char* file) {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
}

// fstab(5): blanks and backslashes of a path are written as \040 and so on.
std::string unescaped(std::string_view path) {
    std::string out;
    while (!path.empty()) {
        const auto octal = [&path](std::size_t i) { return path[i] >= '0' && path[i] <= '7'; };
        if (path.size() >= 4 && path[0] == '\\' && octal(1) && octal(2) && octal(3)) {
            out += static_cast<char>((path[1] - '0') * 64 + (path[2] - '0') * 8 + (path[3] - '0'));
            path.remove_prefix(4);
        } else {
            out += path.front();
            path.remove_prefix(1);
        }
    }
    return out;
}

bool is_below(std::string_view path, std::string_view folder) {
    return folder == "/" ||
           (path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/'));
}

// The deepest mount point that the path is below; empty: none.
std::string mount_of(std::string_view path, std::string_view table) {
    std::string deepest;
    std::istringstream lines{std::string(table)};
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string device;
        std::string escaped;
        words >> device >> escaped;
        std::string point = unescaped(escaped);
        if (!point.starts_with('/') || device.starts_with('#')) continue;
        if (point.size() > 1 && point.ends_with('/')) point.pop_back();
        if (is_below(path, point) && point.size() > deepest.size()) deepest = point;
    }
    return deepest;
}

} // namespace

bool on_battery(const fs::path& supplies) {
    bool used_up = false;
    std::error_code none;
    for (const fs::directory_entry& each : fs::directory_iterator(supplies, none)) {
        const std::string type = first_line(each.path() / "type");
        if (type != "Battery" && first_line(each.path() / "online") == "1") return false;
        if (type == "Battery" && first_line(each.path() / "scope") != "Device")
            used_up = used_up || first_line(each.path() / "status") == "Discharging";
    }
    return used_up;
}

std::optional<std::string> absent_mount(std::string_view repository, std::string_view fstab,
                                        std::string_view mounts) {
    if (backend_of(repository) != "local") return std::nullopt;
    static constexpr std::string_view scheme = "local:";
    if (repository.starts_with(scheme)) repository.remove_prefix(scheme.size());
    const std::string path = fs::path(repository).lexically_normal().string();
    const std::string mounted = mount_of(path, mounts);
    const std::string planned = mount_of(path, fstab);
    if (planned.size() > mounted.size()) return planned;
    for (const std::string_view removable : {"/media", "/run/media"})
        if (is_below(path, removable) && mounted.size() <= removable.size()) return std::string(removable);
    return std::nullopt;
}

std::optional<std::string> absent_mount(std::string_view repository) {
    return absent_mount(repository, contents("/etc/fstab"), contents("/proc/self/mounts"));
}

awaitable<std::optional<bool>> metered(executor where, std::vector<std::string> environment) {
    constexpr std::chrono::seconds limit{5};
    command ask;
    ask.arguments = {"busctl",
                     "get-property",
                     "org.freedesktop.NetworkManager",
                     "/org/freedesktop/NetworkManager",
                     "org.freedesktop.NetworkManager",
                     "Metered"};
    ask.environment = std::move(environment);
    std::string said;
    auto started = child_process::start(where, ask, [&said](output from, std::string_view bytes) {
        if (from == output::standard) said += bytes;
    });
    if (!started) co_return std::nullopt;
    const auto child = *started;
    const exit_status ended = co_await child->wait(limit);
    if (ended.code != 0) co_return std::nullopt;
    // NMMetered: yes, no, and guesses of both.
    if (said == "u 1\n" || said == "u 3\n") co_return true;
    if (said == "u 2\n" || said == "u 4\n") co_return false;
    co_return std::nullopt;
}

} // namespace holdfast::app
