#include "test/support/stepped_clock.hpp"

#include <atomic>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <stdexcept>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace holdfast::test {

stepped_clock::stepped_clock()
    : file_((std::filesystem::temp_directory_path() / "holdfast-clock-XXXXXX").string()) {
    const int fd = ::mkstemp(file_.data());
    if (fd < 0 || ::fchmod(fd, 0644) != 0 || ::ftruncate(fd, sizeof *offset_) != 0)
        throw std::runtime_error("no temporary file");
    void* at = ::mmap(nullptr, sizeof *offset_, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ::close(fd);
    if (at == MAP_FAILED) throw std::runtime_error("a temporary file can't be mapped");
    offset_ = static_cast<std::int64_t*>(at);
}

stepped_clock::~stepped_clock() {
    ::munmap(offset_, sizeof *offset_);
    ::unlink(file_.c_str());
}

void stepped_clock::step_to(std::chrono::nanoseconds off) {
    std::atomic_ref(*offset_).store(off.count());
}

stepped_clock::given::given(const stepped_clock& which) {
    const char* sanitizer = std::getenv("ASAN_OPTIONS");
    const std::map<std::string, std::string> wanted{
        {"LD_PRELOAD", STEPPED_CLOCK_PRELOAD},
        {"HOLDFAST_TEST_CLOCK", which.file_},
        // It wants to be the first library itself, lest calls pass it by: these ask the kernel.
        {"ASAN_OPTIONS", (sanitizer ? std::string(sanitizer) + ":" : "") + "verify_asan_link_order=0"}};
    for (const auto& [name, value] : wanted) {
        const char* had = std::getenv(name.c_str());
        before_[name] = had ? std::optional<std::string>(had) : std::nullopt;
        ::setenv(name.c_str(), value.c_str(), 1);
    }
}

stepped_clock::given::~given() {
    for (const auto& [name, value] : before_)
        if (value)
            ::setenv(name.c_str(), value->c_str(), 1);
        else
            ::unsetenv(name.c_str());
}

} // namespace holdfast::test
