#include "domain/log_flood.hpp"

#include <chrono>
#include <utility>

namespace holdfast::log {
namespace {

constexpr rate lines = rate::of(1, std::chrono::seconds{1}, std::chrono::seconds{60});
constexpr std::size_t kinds_max = 256; // more than the source has; the rest would be one kind

} // namespace

std::string_view kind_of(std::string_view message) {
    return message.substr(0, message.find_first_of("0123456789:"));
}

std::optional<std::uint64_t> flood_gate::pass(std::string_view message, steady_clock::time_point now) {
    const std::scoped_lock lock(mutex_);
    history& known = of_kind(kind_of(message));
    if (known.bucket.wait(lines, now).count() > 0) {
        ++known.left_out;
        return {};
    }
    known.bucket.take(lines, now);
    return std::exchange(known.left_out, 0);
}

flood_gate::history& flood_gate::of_kind(std::string_view kind) {
    if (const auto found = kinds_.find(kind); found != kinds_.end()) return found->second;
    return kinds_[std::string(kinds_.size() < kinds_max ? kind : "")];
}

} // namespace holdfast::log
