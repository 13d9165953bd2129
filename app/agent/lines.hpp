// A program's output, cut into lines. Pure.
#pragma once

#include "app/agent/child_process.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace holdfast::app {

class line_cutter {
public:
    static constexpr std::size_t line_bytes_max = std::size_t{64} * 1024; // longer ones are cut

    // take(from, line), without the line's end.
    template <class Take> void feed(output from, std::string_view bytes, Take take) {
        std::string& line = partial_[static_cast<std::size_t>(from)];
        while (!bytes.empty()) {
            const std::size_t end = bytes.find('\n');
            const std::string_view piece = bytes.substr(0, end);
            line.append(piece.substr(0, line_bytes_max - std::min(line.size(), line_bytes_max)));
            if (end == std::string_view::npos) return;
            take(from, std::string_view(line));
            line.clear();
            bytes.remove_prefix(end + 1);
        }
    }

    // What has no line's end yet counts as a line.
    template <class Take> void finish(Take take) {
        for (const output each : {output::standard, output::error}) {
            std::string& line = partial_[static_cast<std::size_t>(each)];
            if (!line.empty()) take(each, std::string_view(line));
            line.clear();
        }
    }

private:
    std::array<std::string, 2> partial_;
};

} // namespace holdfast::app
