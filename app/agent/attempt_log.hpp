// The log of one attempt, on its way to the server. Pure.
#pragma once

#include "domain/log_service.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace holdfast::app {

// As JSON strings: of one piece of a log, and of what of it a result carries.
inline constexpr std::size_t piece_bytes_max = std::size_t{256} * 1024;
inline constexpr std::size_t result_log_bytes_max = std::size_t{512} * 1024;

struct log_rest {
    std::optional<std::int32_t> sent; // bytes that the server has; nothing: was not asked
    std::int32_t in_doubt = 0;        // first bytes of the text that it may have: no answer came
    std::string text;
};

// Lines are made fit to be shown (no password, no invalid UTF-8) before they are counted. What waits to be
// sent is bounded: of more the end is kept, and a line says how much is missing. So does it where the server
// takes no more of one attempt: the end of the log is worth more than its middle.
class attempt_log {
public:
    static constexpr std::size_t waiting_bytes_max = std::size_t{2} * 1024 * 1024;
    static constexpr std::size_t live_bytes_max =
        log_bytes_max - 2 * waiting_bytes_max; // the rest is the end's

    struct piece {
        std::int32_t offset = 0;
        std::string_view text;
    };

    explicit attempt_log(std::string repository) : repository_(std::move(repository)) {}

    void add(std::string_view line);

    // There is something to send now.
    [[nodiscard]] bool waits() const;

    // What is sent from now on comes behind that many bytes. Once, before the first piece.
    void follow(std::int32_t bytes) { sent_ = static_cast<std::size_t>(bytes); }

    // The next piece to send, the same one until it was taken. Nothing: none waits, or nobody said what it
    // follows.
    [[nodiscard]] std::optional<piece> next();
    void taken();

    [[nodiscard]] log_rest rest() const;

private:
    [[nodiscard]] std::string gap() const;

    std::string repository_;
    std::optional<std::size_t> sent_; // and what was there before
    std::string piece_;
    std::string waiting_;
    std::size_t dropped_ = 0; // before what waits
};

} // namespace holdfast::app
