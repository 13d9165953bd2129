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

constexpr std::string_view systemd_path = "/etc/systemd/system/holdfast-agent.service";
constexpr std::string_view launchd_path = "/Library/LaunchDaemons/holdfast-agent.plist";
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

constexpr std::string_view launchd_head = R"(<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key><string>holdfast-agent</string>
  <key>ProgramArguments</key>
  <array>
    <string>/bin/sh</string>
    <string>-c</string>
    <string>set -a; if [ -r "$1" ]; then . "$1"; fi; exec "$0" agent --config "$2"</string>
)";

constexpr std::string_view launchd_tail = R"(  </array>
  <key>RunAtLoad</key><true/>
  <key>KeepAlive</key><dict><key>SuccessfulExit</key><false/></dict>
  <key>ThrottleInterval</key><integer>30</integer>
  <key>ExitTimeOut</key><integer>120</integer>
  <key>ProcessType</key><string>Background</string>
  <key>LowPriorityIO</key><true/>
  <key>Nice</key><integer>10</integer>
  <key>Umask</key><integer>63</integer>
  <key>StandardErrorPath</key><string>/var/log/holdfast-agent.log</string>
</dict>
</plist>
)";

std::string escaped_for_xml(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
        case '&': out += "&amp;"; break;
        case '<': out += "&lt;"; break;
        default: out += c;
        }
    }
    return out;
}

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

std::string_view path_of_unit(const install_settings& s) {
    return s.launchd ? launchd_path : systemd_path;
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

std::string launchd_list(const std::string& program) {
    std::string out(launchd_head);
    for (const std::string_view each : {std::string_view(program), credentials_path, settings_path})
        out += "    <string>" + escaped_for_xml(each) + "</string>\n";
    return out.append(launchd_tail);
}

int install_agent(const install_settings& s) {
    std::vector<std::string> writable;
    for (const std::string& each : s.writable) writable.push_back(fs::absolute(each));
    const std::string_view unit_path = path_of_unit(s);
    const std::string program = fs::read_symlink("/proc/self/exe");
    const std::string unit = s.launchd ? launchd_list(program) : service_unit(program, writable);
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
              << ".\nPut what restic needs into " << place(credentials_path).string() << ", then: "
              << (s.launchd ? "launchctl load -w " + place(unit_path).string()
                            : "systemctl daemon-reload && systemctl enable --now holdfast-agent")
              << '\n';
    return 0;
}

int uninstall_agent(const install_settings& s) {
    const fs::path unit = s.root + std::string(path_of_unit(s));
    if (!fs::exists(unit)) throw std::runtime_error(unit.string() + " is not there");
    if (!fs::remove(unit)) give_up("remove", unit);
    std::cout << "Removed: " << unit.string() << ". If it still runs: "
              << (s.launchd ? "launchctl remove holdfast-agent"
                            : "systemctl stop holdfast-agent; systemctl daemon-reload")
              << "\nSettings, credentials and state stay: /etc/holdfast, /var/lib/holdfast-agent\n";
    return 0;
}

} // namespace holdfast::app
