// A program as a child process: no shell, an environment of its own, output read as it comes. One thread.
#pragma once

#include "domain/async.hpp"
#include "domain/result.hpp"

#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace holdfast::app {

struct command {
    std::vector<std::string> arguments;   // the program first: a path, or a name to look up in PATH
    std::vector<std::string> environment; // NAME=value, all of it
    // From the SIGINT that asks it to end to the SIGKILL that makes it.
    std::chrono::milliseconds patience = std::chrono::seconds(10);
};

struct exit_status {
    int code = 0;           // of exit(); 128 + the signal's number where a signal ended it
    bool timed_out = false; // it was stopped because its time was over
    bool stopped = false;   // stop() was called while it ran
};

enum class output : unsigned char { standard, error };

class child_process : public std::enable_shared_from_this<child_process> {
public:
    using sink = std::function<void(output, std::string_view)>; // any piece of the output, as read

    // Starts it in a process group of its own, standard input empty. errc::invalid: there is no such program;
    // errc::internal: the system refuses.
    [[nodiscard]] static result<std::shared_ptr<child_process>> start(executor where, const command& what,
                                                                      sink into);

    child_process(const child_process&) = delete;
    child_process& operator=(const child_process&) = delete;
    ~child_process(); // kills it when it still runs

    // Until it has ended and its output is read, or `limit` (0: none) is over and it was made to end. Once.
    awaitable<exit_status> wait(std::chrono::seconds limit);

    // Asks it to end, by SIGINT: restic removes its lock on that signal only (SIGTERM leaves the repository
    // locked). wait() then returns. Again: kills it at once.
    void stop();

private:
    using descriptor = asio::posix::basic_stream_descriptor<executor>;

    struct pipe_end {
        explicit pipe_end(executor where) : from(where) {}

        descriptor from;
        std::array<char, 16384> buffer{};
    };

    child_process(executor where, std::chrono::milliseconds patience, sink into);

    result<void> spawn(const command& what);
    void read(output which);
    void watch_exit();
    void reap();
    void interrupt();
    void signal_group(int which) const;

    [[nodiscard]] pipe_end& pipe(output which) { return pipes_[static_cast<std::size_t>(which)]; }

    sink into_;
    std::chrono::milliseconds patience_;
    pid_t pid_ = -1; // and number of its process group
    descriptor exited_;
    std::array<pipe_end, 2> pipes_;
    steady_timer changed_; // rings when a pipe ended or the process did
    steady_timer kill_;
    int open_pipes_ = 0;
    bool running_ = false;
    bool interrupted_ = false;
    exit_status status_;
};

} // namespace holdfast::app
