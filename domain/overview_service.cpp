#include "domain/overview_service.hpp"

namespace holdfast {
namespace {

constexpr std::chrono::seconds good_for{1};
constexpr std::size_t known_max = 1000; // tenants

} // namespace

awaitable<result<overview>> overview_service::of(tenant_id tenant) {
    if (const auto at = known_.find(tenant);
        at != known_.end() && steady_clock::now() < at->second.good_until)
        co_return at->second.found;
    auto found = co_await store_.count(tenant);
    if (!found) co_return std::move(found).error();
    if (known_.size() >= known_max) known_.clear();
    known_.insert_or_assign(tenant, counted{*found, steady_clock::now() + good_for});
    co_return found;
}

} // namespace holdfast
