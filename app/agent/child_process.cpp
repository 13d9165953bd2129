#include "app/agent/child_process.hpp"

#include <boost/asio/buffer.hpp>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace holdfast::app {
namespace {

// The output of what the process itself started and left behind is read for this long after its end.
constexpr std::chrono::seconds leftovers_time{2};

class owned_fd {
public:
    owned_fd() = default;

    explicit owned_fd(int fd) : fd_(fd) {}

    owned_fd(const owned_fd&) = delete;
    owned_fd& operator=(const owned_fd&) = delete;

    ~owned_fd() { reset(-1); }

    void reset(int fd) {
        if (fd_ >= 0) ::close(fd_);
        fd_ = fd;
    }

    [[nodiscard]] int get() const { return fd_; }

    [[nodiscard]] int release() { return std::exchange(fd_, -1); }

private:
    int fd_ = -1;
};

struct spawn_plan {
    posix_spawn_file_actions_t files{};
    posix_spawnattr_t attributes{};

    spawn_plan(int standard, int error) {
        posix_spawn_file_actions_init(&files);
        posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_adddup2(&files, standard, 1);
        posix_spawn_file_actions_adddup2(&files, error, 2);
        // A connection that stayed open in a child would not end for the server when it ends here.
        posix_spawn_file_actions_addclosefrom_np(&files, 3);
        posix_spawnattr_init(&attributes);
        posix_spawnattr_setflags(&attributes,
                                 POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
        sigset_t set;
        sigemptyset(&set);
        posix_spawnattr_setsigmask(&attributes, &set);
        for (const int each : {SIGPIPE, SIGINT, SIGTERM, SIGCHLD})
            sigaddset(&set, each); // this process ignores some
        posix_spawnattr_setsigdefault(&attributes, &set);
    }

    spawn_plan(const spawn_plan&) = delete;
    spawn_plan& operator=(const spawn_plan&) = delete;

    ~spawn_plan() {
        posix_spawn_file_actions_destroy(&files);
        posix_spawnattr_destroy(&attributes);
    }
};

std::vector<char*> pointers(const std::vector<std::string>& texts) {
    std::vector<char*> out;
    out.reserve(texts.size() + 1);
    for (const std::string& each : texts)
        out.push_back(const_cast<char*>(each.c_str())); // exec does not write
    out.push_back(nullptr);
    return out;
}

failure refused(std::string_view doing, int error) {
    return failure{error == ENOENT || error == EACCES ? errc::invalid : errc::internal,
                   "cannot start " + std::string(doing) + ": " + std::strerror(error)};
}

} // namespace

child_process::child_process(executor where, std::chrono::milliseconds patience, sink into)
    : into_(std::move(into)),
      patience_(patience),
      exited_(where),
      pipes_{pipe_end(where), pipe_end(where)},
      changed_(where),
      kill_(where) {}

child_process::~child_process() {
    if (!running_) return;
    signal_group(SIGKILL);
    ::waitpid(pid_, nullptr, 0);
}

result<std::shared_ptr<child_process>> child_process::start(executor where, const command& what, sink into) {
    std::shared_ptr<child_process> made(new child_process(where, what.patience, std::move(into)));
    result<void> spawned = made->spawn(what);
    if (!spawned) return std::move(spawned).error();
    made->read(output::standard);
    made->read(output::error);
    made->watch_exit();
    return made;
}

result<void> child_process::spawn(const command& what) {
    const std::string& program = what.arguments.front();
    std::array<owned_fd, 2> writing;
    for (std::size_t i = 0; i < 2; ++i) {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0) return refused(program, errno);
        writing[i].reset(ends[1]);
        pipes_[i].from.assign(ends[0]);
    }
    const spawn_plan plan(writing[0].get(), writing[1].get());
    const int error = ::posix_spawnp(&pid_, program.c_str(), &plan.files, &plan.attributes,
                                     pointers(what.arguments).data(), pointers(what.environment).data());
    if (error != 0) return refused(program, error);
    running_ = true;
    const int end =
        static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)) /* glibc 2.36 declares it without extern "C" */;
    if (end < 0) return refused(program, errno);
    exited_.assign(end);
    open_pipes_ = 2;
    return done;
}

void child_process::read(output which) {
    auto on_read = [self = shared_from_this(), which](error_code ec, std::size_t bytes) {
        if (bytes != 0) self->into_(which, std::string_view(self->pipe(which).buffer.data(), bytes));
        if (!ec) return self->read(which);
        --self->open_pipes_;
        self->changed_.cancel();
    };
    pipe(which).from.async_read_some(asio::buffer(pipe(which).buffer), std::move(on_read));
}

void child_process::watch_exit() {
    exited_.async_wait(descriptor::wait_read, [self = shared_from_this()](error_code ec) {
        if (!ec) self->reap();
    });
}

void child_process::reap() {
    int how = 0;
    if (::waitpid(pid_, &how, WNOHANG) != pid_) return watch_exit();
    running_ = false;
    status_.code = WIFEXITED(how) ? WEXITSTATUS(how) : 128 + WTERMSIG(how);
    kill_.cancel();
    changed_.cancel();
}

awaitable<exit_status> child_process::wait(std::chrono::seconds limit) {
    const auto self = shared_from_this();
    const auto never = steady_clock::time_point::max();
    auto ends = limit.count() > 0 ? steady_clock::now() + limit : never;
    error_code rung;
    while (running_) {
        changed_.expires_at(ends);
        co_await changed_.async_wait(asio::redirect_error(use_awaitable, rung));
        if (!running_ || steady_clock::now() < ends) continue;
        status_.timed_out = true;
        ends = never;
        interrupt();
    }
    ends = steady_clock::now() + leftovers_time;
    while (open_pipes_ > 0) {
        changed_.expires_at(ends);
        co_await changed_.async_wait(asio::redirect_error(use_awaitable, rung));
        if (open_pipes_ == 0 || steady_clock::now() < ends) continue;
        signal_group(SIGKILL);
        ends = never;
        for (pipe_end& each : pipes_) each.from.close();
    }
    co_return status_;
}

void child_process::stop() {
    if (!running_) return;
    status_.stopped = true;
    if (interrupted_) return signal_group(SIGKILL);
    interrupt();
}

void child_process::interrupt() {
    if (std::exchange(interrupted_, true)) return signal_group(SIGKILL);
    signal_group(SIGINT);
    kill_.expires_after(patience_);
    kill_.async_wait([weak = weak_from_this()](error_code ec) {
        const auto self = weak.lock();
        if (!ec && self && self->running_) self->signal_group(SIGKILL);
    });
}

void child_process::signal_group(int which) const {
    ::kill(-pid_, which);
}

} // namespace holdfast::app
