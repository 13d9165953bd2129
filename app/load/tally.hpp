// What the calls of one thread took, and how they failed.
#pragma once

#include "app/load/histogram.hpp"
#include "net/client/api_client.hpp"

#include <array>
#include <map>
#include <string>
#include <string_view>

namespace holdfast::app::load {

enum class call_kind { register_agent, make, acknowledge, finish, heartbeat, poll };

inline constexpr std::array<std::string_view, 6> call_names{"registered", "made",      "acknowledged",
                                                            "finished",   "heartbeat", "poll"};

class tally {
public:
    void took(call_kind which, std::chrono::nanoseconds time) { at(which).add(time); }

    // `broken`: the server had no right to it.
    void failed(call_kind which, const net::call_failure& why, bool broken) {
        std::string words = std::string(call_names[static_cast<std::size_t>(which)]) + ": " + why.words;
        if (words_.size() < words_max || words_.contains(words)) ++words_[std::move(words)];
        ++failures_;
        if (broken) ++refusals_;
    }

    void add(const tally& other) {
        for (std::size_t i = 0; i < times_.size(); ++i) times_[i].add(other.times_[i]);
        for (const auto& [words, times] : other.words_) words_[words] += times;
        failures_ += other.failures_;
        refusals_ += other.refusals_;
    }

    [[nodiscard]] const histogram& times(call_kind which) const {
        return times_[static_cast<std::size_t>(which)];
    }

    // Failures by what was said; the commonest twenty or so kinds.
    [[nodiscard]] const std::map<std::string, std::uint64_t>& words() const { return words_; }

    [[nodiscard]] std::uint64_t failures() const { return failures_; }

    [[nodiscard]] std::uint64_t refusals() const { return refusals_; }

private:
    static constexpr std::size_t words_max = 20;

    histogram& at(call_kind which) { return times_[static_cast<std::size_t>(which)]; }

    std::array<histogram, call_names.size()> times_;
    std::map<std::string, std::uint64_t> words_;
    std::uint64_t failures_ = 0;
    std::uint64_t refusals_ = 0;
};

} // namespace holdfast::app::load
