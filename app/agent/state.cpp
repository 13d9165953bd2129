#include "app/agent/state.hpp"

#include "domain/log.hpp"
#include "net/json/read.hpp"
#include "net/json/write.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <unistd.h>

namespace holdfast::app {
namespace {

namespace fs = std::filesystem;

class descriptor {
public:
    explicit descriptor(int fd) : fd_(fd) {}

    ~descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }

    descriptor(const descriptor&) = delete;
    descriptor& operator=(const descriptor&) = delete;
    descriptor(descriptor&&) = delete;
    descriptor& operator=(descriptor&&) = delete;

    [[nodiscard]] int get() const { return fd_; }

private:
    int fd_;
};

failure cannot(const std::string& what, const fs::path& file) {
    return failure{errc::invalid, "can't " + what + " " + file.string() + ": " + std::strerror(errno)};
}

bool write_all(int to, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(to, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

// The file is the old or the new one, whatever happens in between: written beside, synced, renamed, and the
// folder synced so that the name lasts too.
result<void> replace_file(const fs::path& file, std::string_view text) {
    const fs::path beside = file.string() + ".new";
    {
        const descriptor out(::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
        if (out.get() < 0 || !write_all(out.get(), text) || ::fsync(out.get()) != 0)
            return cannot("write", beside);
    }
    if (::rename(beside.c_str(), file.c_str()) != 0) return cannot("write", file);
    const descriptor folder(::open(file.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (folder.get() < 0 || ::fsync(folder.get()) != 0) return cannot("sync", file.parent_path());
    return done;
}

template <class T> std::optional<T> read_file(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    if (!in) return std::nullopt;
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    auto value = net::json::read_body<T>(text, "application/json");
    if (value) return std::move(*value);
    log::warning("a file of the state folder can't be read and is ignored", {{"file", file.string()}});
    return std::nullopt;
}

} // namespace

result<agent_state> agent_state::open(const std::string& folder) {
    std::error_code ec;
    fs::create_directories(fs::path(folder) / "results", ec);
    if (ec) return failure{errc::invalid, "can't make the state folder " + folder + ": " + ec.message()};
    fs::permissions(folder, fs::perms::owner_all, ec);
    if (::access(folder.c_str(), W_OK | X_OK) != 0) return cannot("write to the state folder", folder);
    return agent_state(folder);
}

std::optional<agent_identity> agent_state::identity(const std::string& server,
                                                    const std::string& hostname) const {
    auto kept = read_file<agent_identity>(folder_ / "agent.json");
    if (kept && kept->server == server && kept->hostname == hostname) return kept;
    return std::nullopt;
}

result<void> agent_state::keep(const agent_identity& who) const {
    return replace_file(folder_ / "agent.json", net::json::to_text(who));
}

fs::path agent_state::file_of(const kept_result& r) const {
    return folder_ / "results" /
           (to_string(r.task_id) + "-" + std::to_string(r.result.attempt.value_or(0)) + ".json");
}

result<void> agent_state::keep(const kept_result& undelivered) const {
    return replace_file(file_of(undelivered), net::json::to_text(undelivered));
}

void agent_state::forget(const kept_result& delivered) const {
    std::error_code ec;
    fs::remove(file_of(delivered), ec);
    if (ec) log::warning("a delivered result can't be removed", {{"cause", ec.message()}});
}

std::vector<kept_result> agent_state::undelivered() const {
    std::vector<fs::path> files;
    std::error_code ec;
    for (const fs::directory_entry& each : fs::directory_iterator(folder_ / "results", ec))
        if (each.path().extension() == ".json") files.push_back(each.path());
    std::sort(files.begin(), files.end()); // task ids are ordered by time
    std::vector<kept_result> out;
    for (const fs::path& file : files)
        if (auto kept = read_file<kept_result>(file)) out.push_back(std::move(*kept));
    return out;
}

} // namespace holdfast::app
