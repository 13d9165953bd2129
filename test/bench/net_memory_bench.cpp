// Prints what one parked TLS connection costs the server in resident memory. The clients are another process.
//   net_memory_bench [connections]
#include "test/integration/net_front_fixture.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <malloc.h>
#include <memory>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace {

using namespace holdfast;

constexpr int warm_up =
    50; // connections before the first reading: tables, caches and the allocator's own pages

std::size_t resident_bytes() {
    std::size_t total = 0;
    std::size_t resident = 0;
    std::ifstream("/proc/self/statm") >> total >> resident;
    return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

void step(int to) {
    static_cast<void>(::write(to, ".", 1) == 1);
}

bool wait_step(int from) {
    char byte = 0;
    return ::read(from, &byte, 1) == 1;
}

// The child: parks some, waits for the word, parks the rest, waits for the end.
int be_clients(int from_server, int count) {
    std::uint16_t port = 0;
    if (::read(from_server, &port, sizeof port) != sizeof port) return EXIT_FAILURE;
    std::vector<std::unique_ptr<test::tls_client>> all;
    for (int i = 0; i < warm_up + count; ++i) {
        if (i == warm_up && !wait_step(from_server)) return EXIT_FAILURE;
        all.push_back(std::make_unique<test::tls_client>(port));
        all.back()->send("GET /parked HTTP/1.1\r\nHost: localhost\r\nUser-Agent: bench/1.0\r\n"
                         "Authorization: Bearer viewer\r\nPrefer: wait=60\r\n\r\n");
    }
    wait_step(from_server);
    return EXIT_SUCCESS;
}

void measure(int to_clients, int count) {
    test::front_fixture front;
    const std::uint16_t port = front.port();
    if (::write(to_clients, &port, sizeof port) != sizeof port || !front.events.wait_for("parked", warm_up))
        return;
    const std::size_t resident = resident_bytes();
    const struct mallinfo2 heap = ::mallinfo2();
    step(to_clients);
    for (int i = 1; i <= count; ++i)
        if (!front.events.wait_for("parked", warm_up + i)) return;
    const std::size_t used = ::mallinfo2().uordblks - heap.uordblks;
    std::printf("%d parked TLS connections: %zu B resident, %zu B allocated for each\n", count,
                (resident_bytes() - resident) / static_cast<std::size_t>(count),
                used / static_cast<std::size_t>(count));
    step(to_clients);
}

} // namespace

int main(int argc, char** argv) {
    const int count = argc > 1 ? std::atoi(argv[1]) : 5000;
    static_cast<void>(test::certificates::shared()); // before the fork: both need the same
    std::array<int, 2> pipe{};
    if (::pipe(pipe.data()) != 0) return EXIT_FAILURE;
    const pid_t clients = ::fork();
    if (clients == 0) {
        ::close(pipe[1]);
        ::_exit(be_clients(pipe[0], count)); // past the destructors: the files belong to the parent
    }
    ::close(pipe[0]);
    measure(pipe[1], count);
    ::close(pipe[1]);
    int status = 0;
    ::waitpid(clients, &status, 0);
    return status;
}
