// Loaded into programs before all else (LD_PRELOAD): their time of day is this machine's and what the file
// that HOLDFAST_TEST_CLOCK names says, in nanoseconds. Clocks that are not the time of day stay as they are.
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

namespace {

constexpr std::int64_t second = 1'000'000'000;

// What a step changes is seen at once. Null before and without the variable.
const volatile std::int64_t* offset = nullptr;

[[gnu::constructor]] void find_offset() {
    const char* file = std::getenv("HOLDFAST_TEST_CLOCK");
    if (file == nullptr) return;
    const int fd = ::open(file, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return;
    void* at = ::mmap(nullptr, sizeof *offset, PROT_READ, MAP_SHARED, fd, 0);
    ::close(fd);
    if (at != MAP_FAILED) offset = static_cast<const std::int64_t*>(at);
}

} // namespace

extern "C" {

int clock_gettime(clockid_t which, timespec* out) noexcept {
    const long failed = ::syscall(SYS_clock_gettime, which, out);
    if (failed != 0) return -1;
    if (offset != nullptr && (which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE)) {
        const std::int64_t now = out->tv_sec * second + out->tv_nsec + *offset;
        *out = {now / second, now % second};
    }
    return 0;
}

int gettimeofday(timeval* out, void*) noexcept {
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    *out = {now.tv_sec, now.tv_nsec / 1000};
    return 0;
}

time_t time(time_t* out) noexcept {
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    if (out != nullptr) *out = now.tv_sec;
    return now.tv_sec;
}

} // extern "C"
