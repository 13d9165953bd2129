// What restic writes, line by line. Pure.
#pragma once

#include "app/agent/lines.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace holdfast::app {

// How far a backup is; what restic does not know yet is not there.
struct restic_progress {
    std::optional<double> percent_done; // 0 to 100
    std::optional<std::int64_t> bytes_done, total_bytes, files_done, total_files;

    bool operator==(const restic_progress&) const = default;
};

// What there is to know of restic's lines; the lines themselves, the JSON ones (backup --json) retold in
// words, go on to a sink, as raw bytes without their end.
class restic_output {
public:
    using sink = std::function<void(std::string_view)>;

    explicit restic_output(sink lines) : lines_(std::move(lines)) {}

    void feed(output from, std::string_view bytes);
    void finish();

    [[nodiscard]] const std::optional<boost::json::object>& summary() const { return summary_; }

    [[nodiscard]] const std::string& unreadable() const {
        return unreadable_;
    } // the first item that was skipped

    [[nodiscard]] const std::string& fatal() const { return fatal_; } // why restic gave up

    [[nodiscard]] const std::string& last_error() const { return last_error_; } // last line on standard error

    [[nodiscard]] const std::optional<restic_progress>& progress() const { return progress_; } // the newest

    // The repository is locked by somebody: maybe by a process that died.
    [[nodiscard]] bool locked() const { return locked_; }

    [[nodiscard]] bool no_repository() const { return no_repository_; }

private:
    void take_line(output from, std::string_view line);
    bool take_json(std::string_view line);
    void notice(std::string_view words);

    sink lines_;
    line_cutter cutter_;
    std::optional<restic_progress> progress_;
    std::optional<boost::json::object> summary_;
    std::string unreadable_;
    std::string fatal_;
    std::string last_error_;
    bool locked_ = false;
    bool no_repository_ = false;
};

} // namespace holdfast::app
