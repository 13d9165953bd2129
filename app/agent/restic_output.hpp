// What restic writes, line by line. Pure.
#pragma once

#include "app/agent/child_process.hpp"

#include <boost/json/object.hpp>

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace holdfast::app {

// The last of restic's lines, the JSON ones (backup --json) retold in words.
class restic_output {
public:
    static constexpr std::size_t text_bytes_max = std::size_t{1024} * 1024;
    static constexpr std::size_t line_bytes_max = std::size_t{64} * 1024; // longer ones are cut

    void feed(output from, std::string_view bytes);
    void finish(); // what has no line's end yet counts as a line

    [[nodiscard]] const std::optional<boost::json::object>& summary() const { return summary_; }

    [[nodiscard]] const std::string& unreadable() const {
        return unreadable_;
    } // the first item that was skipped

    [[nodiscard]] const std::string& fatal() const { return fatal_; } // why restic gave up

    [[nodiscard]] const std::string& last_error() const { return last_error_; } // last line on standard error

    [[nodiscard]] const std::string& text() const { return log_; } // the end of it all, raw bytes

    // The repository is locked by somebody: maybe by a process that died.
    [[nodiscard]] bool locked() const { return locked_; }

    [[nodiscard]] bool no_repository() const { return no_repository_; }

private:
    void take_line(output from, std::string_view line);
    bool take_json(std::string_view line);
    void notice(std::string_view words);
    void append(std::string_view line);

    std::array<std::string, 2> partial_;
    std::string log_;
    std::optional<boost::json::object> summary_;
    std::string unreadable_;
    std::string fatal_;
    std::string last_error_;
    bool locked_ = false;
    bool no_repository_ = false;
};

} // namespace holdfast::app
