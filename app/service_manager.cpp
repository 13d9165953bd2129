#include "app/service_manager.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace holdfast::app {
namespace {

std::optional<std::uint64_t> number_in(const char* variable) {
    const char* const text = std::getenv(variable); // NOLINT(concurrency-mt-unsafe): at the start
    if (text == nullptr) return std::nullopt;
    std::uint64_t value = 0;
    const char* const end = text + std::strlen(text);
    const auto read = std::from_chars(text, end, value);
    if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
    return value;
}

bool is_for_us(const char* variable) {
    return number_in(variable) == static_cast<std::uint64_t>(::getpid());
}

} // namespace

void tell_service_manager(std::string_view state) {
    const char* const socket_name = std::getenv("NOTIFY_SOCKET");
    if (socket_name == nullptr) return;
    const std::string_view name = socket_name;
    sockaddr_un to{};
    if (name.empty() || name.size() >= sizeof to.sun_path) return;
    to.sun_family = AF_UNIX;
    std::memcpy(to.sun_path, name.data(), name.size());
    if (name.front() == '@') to.sun_path[0] = '\0'; // an abstract one
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    const int from = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (from < 0) return;
    ::sendto(from, state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&to), size);
    ::close(from);
}

std::vector<int> sockets_of_service_manager() {
    constexpr int first = 3; // SD_LISTEN_FDS_START
    constexpr std::uint64_t count_max = 64;
    std::vector<int> found;
    if (is_for_us("LISTEN_PID")) {
        const std::uint64_t count = std::min(number_in("LISTEN_FDS").value_or(0), count_max);
        for (int at = first; at < first + static_cast<int>(count); ++at) {
            ::fcntl(at, F_SETFD, FD_CLOEXEC);
            found.push_back(at);
        }
    }
    for (const char* variable : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"})
        ::unsetenv(variable); // NOLINT
    return found;
}

std::optional<std::chrono::microseconds> watchdog_patience() {
    const auto patience = number_in("WATCHDOG_USEC");
    if (!patience || *patience == 0) return std::nullopt;
    if (std::getenv("WATCHDOG_PID") != nullptr && !is_for_us("WATCHDOG_PID")) return std::nullopt; // NOLINT
    return std::chrono::microseconds(*patience);
}

} // namespace holdfast::app
