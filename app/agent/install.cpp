#include "app/agent/install.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <iostream>
#include <stdexcept>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>

namespace holdfast::app {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view unit_path = "/etc/systemd/system/holdfast-agent.service";
constexpr std::string_view settings_path = "/etc/holdfast/agent.toml";
constexpr std::string_view credentials_path = "/etc/holdfast/agent.env";

constexpr std::string_view credentials_template =
    R"(# What restic needs to open the repositories, as NAME=value: restic's manual names the variables.
#RESTIC_PASSWORD_FILE=/etc/holdfast/restic.password
#AWS_ACCESS_KEY_ID=
#AWS_SECRET_ACCESS_KEY=
)";

constexpr std::string_view unit_head = R"([Unit]
Description=Holdfast backup agent
Wants=network-online.target
After=network-online.target

[Service]
Type=notify
)";

constexpr std::string_view unit_body = R"(EnvironmentFile=-/etc/holdfast/agent.env
Environment=RESTIC_CACHE_DIR=%C/holdfast-agent TMPDIR=%C/holdfast-agent
StateDirectory=holdfast-agent
StateDirectoryMode=0700
CacheDirectory=holdfast-agent
CacheDirectoryMode=0700
Restart=on-failure
RestartSec=30
# The agent itself interrupts restic: SIGTERM would leave the repository locked.
KillMode=mixed
TimeoutStopSec=120
Nice=10

# May read all there is, and write what is its own.
CapabilityBoundingSet=CAP_DAC_READ_SEARCH
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=read-only
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
UMask=0077
)";

constexpr std::string_view unit_tail = R"(
[Install]
WantedBy=multi-user.target
)";

// systemd.syntax(7): quotes, and no specifiers and variables in it.
std::string quoted(const std::string& word) {
    std::string out = "\"";
    for (const char c : word) {
        if (c == '"' || c == '\\') out += '\\';
        if (c == '%' || c == '$') out += c;
        out += c;
    }
    return out + '"';
}

[[noreturn]] void give_up(const std::string& doing, const fs::path& file) {
    throw std::runtime_error("can't " + doing + " " + file.string() + ": " + std::strerror(errno));
}

void write_file(const fs::path& file, std::string_view text, mode_t mode) {
    fs::create_directories(file.parent_path());
    const fs::path beside = file.string() + ".new";
    fs::remove(beside);
    const int to = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (to < 0) give_up("write", beside);
    const bool written =
        ::write(to, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fchmod(to, mode) == 0;
    ::close(to);
    if (!written || ::rename(beside.c_str(), file.c_str()) != 0) give_up("write", file);
}

} // namespace

std::string service_unit(const std::string& program, const std::vector<std::string>& writable) {
    std::string out(unit_head);
    out += "ExecStart=" + quoted(program) + " agent --config " + std::string(settings_path) + '\n';
    out += unit_body;
    for (const std::string& each : writable) out += "ReadWritePaths=" + quoted(each) + '\n';
    out += unit_tail;
    return out;
}

int install_agent(const install_settings& s) {
    std::vector<std::string> writable;
    for (const std::string& each : s.writable) writable.push_back(fs::absolute(each));
    const std::string unit = service_unit(fs::read_symlink("/proc/self/exe"), writable);
    std::string settings = s.settings_file;
    if (("\n" + settings).find("\nstate = ") == std::string::npos)
        settings += "state = '/var/lib/holdfast-agent'\n";
    if (s.print) {
        std::cout << "# " << unit_path << '\n' << unit << "\n# " << settings_path << '\n' << settings;
        return 0;
    }
    const auto place = [&s](std::string_view path) { return fs::path(s.root + std::string(path)); };
    for (const std::string_view each : {unit_path, settings_path})
        if (!s.force && fs::exists(place(each)))
            throw std::runtime_error(place(each).string() + " is there already; --force overwrites it");
    write_file(place(settings_path), settings, 0600);
    if (!fs::exists(place(credentials_path))) write_file(place(credentials_path), credentials_template, 0600);
    write_file(place(unit_path), unit, 0644);
    std::cout << "Written: " << place(unit_path).string() << ", " << place(settings_path).string()
              << ".\nPut what restic needs into " << place(credentials_path).string()
              << ", then: systemctl daemon-reload && systemctl enable --now holdfast-agent\n";
    return 0;
}

int uninstall_agent(const install_settings& s) {
    const fs::path unit = s.root + std::string(unit_path);
    if (!fs::exists(unit)) throw std::runtime_error(unit.string() + " is not there");
    if (!fs::remove(unit)) give_up("remove", unit);
    std::cout << "Removed: " << unit.string()
              << ". If it still runs: systemctl stop holdfast-agent; systemctl daemon-reload\n"
                 "Settings, credentials and state stay: /etc/holdfast, /var/lib/holdfast-agent\n";
    return 0;
}

} // namespace holdfast::app
