// Logs of attempts: written by agents piece by piece, read the same way, so that nobody holds one whole.
#pragma once

#include "domain/stores.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace holdfast {

inline constexpr std::int32_t log_bytes_max = 16 * 1024 * 1024; // of an attempt, in pieces

// What was there of one log when it was opened. Append-only logs make that good until the end.
class log_reader {
public:
    log_reader(log_store& logs, tenant_id tenant, task_id task, log_extent all, std::int32_t offset)
        : logs_(&logs), tenant_(tenant), task_(task), all_(all), offset_(offset) {}

    // Bytes that were not read yet.
    [[nodiscard]] std::int32_t left() const { return all_.size - offset_; }

    // The next piece, never empty; only while something is left. errc::not_found: forgotten meanwhile.
    [[nodiscard]] awaitable<result<std::string>> next();

private:
    log_store* logs_;
    tenant_id tenant_;
    task_id task_;
    log_extent all_;
    std::int32_t offset_;
};

class log_service {
public:
    explicit log_service(log_store& logs) : logs_(logs) {}

    // errc::too_large where the log would become longer than log_bytes_max.
    [[nodiscard]] awaitable<result<log_extent>> append(log_piece piece);

    // Of that attempt, or of the last that has a log; from that byte on, or nothing where it ends before.
    [[nodiscard]] awaitable<result<log_reader>> open(tenant_id tenant, task_id id, std::optional<int> attempt,
                                                     std::int32_t offset);

private:
    log_store& logs_;
};

} // namespace holdfast
