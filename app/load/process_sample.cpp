#include "app/load/process_sample.hpp"

#include <fstream>
#include <sstream>
#include <string>
#include <sys/resource.h>
#include <unistd.h>

namespace holdfast::app::load {
namespace {

// proc(5): the name in parentheses may hold anything, so fields are counted behind the last one.
std::chrono::duration<double> cpu_of(const std::string& folder) {
    std::string line;
    std::getline(std::ifstream(folder + "/stat"), line);
    std::istringstream fields(line.substr(std::min(line.rfind(')') + 1, line.size())));
    constexpr int before_utime = 11;
    std::string skipped;
    for (int i = 0; i < before_utime; ++i) fields >> skipped;
    double user = 0;
    double system = 0;
    fields >> user >> system;
    return std::chrono::duration<double>((user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK)));
}

std::uint64_t resident_of(const std::string& folder) {
    std::uint64_t total = 0;
    std::uint64_t resident = 0;
    std::ifstream(folder + "/statm") >> total >> resident;
    return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

std::chrono::duration<double> in_seconds(const timeval& t) {
    return std::chrono::seconds(t.tv_sec) + std::chrono::microseconds(t.tv_usec);
}

} // namespace

std::optional<process_sample> sample_of(const std::vector<int>& pids) {
    if (pids.empty()) return std::nullopt;
    process_sample out;
    for (const int pid : pids) {
        const std::string folder = "/proc/" + std::to_string(pid);
        const std::uint64_t resident = resident_of(folder);
        if (resident == 0) return std::nullopt;
        out.resident_bytes += resident;
        out.cpu += cpu_of(folder);
    }
    return out;
}

std::chrono::duration<double> own_cpu() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    return in_seconds(used.ru_utime) + in_seconds(used.ru_stime);
}

} // namespace holdfast::app::load
