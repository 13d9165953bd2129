// LISTEN on a connection of its own. For the thread that runs the executor.
#pragma once

#include "db/postgres/connection_settings.hpp"
#include "domain/async.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::pg {

class notifications_core;

struct notifications_settings {
    connection_settings connection;
    std::vector<std::string> channels;             // any name; quoted here
    std::chrono::milliseconds check_every{30'000}; // an idle connection is asked whether it lives
};

class notifications {
public:
    // heard(channel, payload): each notification, in order. gap(): after each time the connection was made,
    // the first included: something may have been missed. Both must not throw; close() may be called in them.
    using heard_function = std::function<void(std::string_view channel, std::string_view payload)>;
    using gap_function = std::function<void()>;

    notifications(executor where, notifications_settings settings, heard_function heard, gap_function gap);
    ~notifications(); // as close()
    notifications(const notifications&) = delete;
    notifications& operator=(const notifications&) = delete;

    // Connects, and again with backoff (100 ms to 5 s, full jitter) whenever the connection is lost.
    void start();

    [[nodiscard]] bool listening() const;

    // No callback comes after it.
    void close();

private:
    std::shared_ptr<notifications_core> core_;
};

} // namespace holdfast::pg
