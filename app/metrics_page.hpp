// The text exposition format of Prometheus (version 0.0.4): the cores' figures added up. No id is ever a
// label.
#pragma once

#include "app/shard.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::app {

struct process_figures {
    std::int64_t pending = 0;
    freshness_counts freshness{};
    bool listening = false;
    bool ready = false;
    std::string_view version;
};

[[nodiscard]] std::string metrics_page(const std::vector<std::unique_ptr<shard>>& shards,
                                       const process_figures& process);

} // namespace holdfast::app
