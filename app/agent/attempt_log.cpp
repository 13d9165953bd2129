#include "app/agent/attempt_log.hpp"

#include "app/agent/log_text.hpp"

#include <algorithm>

namespace holdfast::app {

void attempt_log::add(std::string_view line) {
    waiting_ += storable(without_password(std::string(line), repository_));
    waiting_ += '\n';
    if (waiting_.size() <= waiting_bytes_max) return;
    const std::size_t begin = waiting_.find('\n', waiting_.size() - waiting_bytes_max / 2) + 1;
    waiting_.erase(0, begin);
    dropped_ += begin;
}

std::string attempt_log::gap() const {
    return dropped_ == 0 ? "" : "[" + std::to_string(dropped_) + " bytes of the log are missing here]\n";
}

bool attempt_log::waits() const {
    return !piece_.empty() || (!waiting_.empty() && sent_.value_or(0) < live_bytes_max);
}

std::optional<attempt_log::piece> attempt_log::next() {
    if (!sent_ || !waits()) return std::nullopt;
    if (piece_.empty()) {
        waiting_.insert(0, gap());
        dropped_ = 0;
        piece_ = waiting_.substr(0, json_head(waiting_, piece_bytes_max));
        waiting_.erase(0, piece_.size());
    }
    return piece{static_cast<std::int32_t>(*sent_), piece_};
}

void attempt_log::taken() {
    *sent_ += piece_.size();
    piece_.clear();
}

log_rest attempt_log::rest() const {
    log_rest out;
    if (sent_) out.sent = static_cast<std::int32_t>(*sent_);
    out.in_doubt = static_cast<std::int32_t>(piece_.size());
    out.text = piece_ + gap() + waiting_;
    return out;
}

} // namespace holdfast::app
