// Which host of a connection string is tried first.
#pragma once

#include <atomic>
#include <cstddef>

namespace holdfast::pg {

// The one after the host that last fell silent, because that may still say that it takes writes, and never
// end them: an old primary that nobody took down. Any thread.
class host_order {
public:
    // In the order of the connection string, modulo the number of hosts.
    [[nodiscard]] std::size_t first() const { return first_; }

    void leave(std::size_t silent_host) { first_ = silent_host + 1; }

private:
    std::atomic<std::size_t> first_{0};
};

} // namespace holdfast::pg
