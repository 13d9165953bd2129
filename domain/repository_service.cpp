#include "domain/repository_service.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <utility>

namespace holdfast {

awaitable<result<page<repository_use, std::int64_t>>>
repository_service::list(tenant_id tenant, repository_filter filter, page_request_by<std::int64_t> page) {
    auto found = co_await repositories_.list(tenant, std::move(filter), page);
    if (!found) co_return std::move(found).error();
    boost::unordered_flat_map<agent_id, std::optional<agent>, id_hash> agents;
    for (const repository_use& use : found->items) {
        for (const repository_user& each : use.holding) agents.try_emplace(each.what.agent);
        for (const repository_user& each : use.waiting) agents.try_emplace(each.what.agent);
    }
    std::vector<agent_id> ids;
    for (const auto& [id, whose] : agents) ids.push_back(id);
    auto known = co_await agents_.get_all(tenant, std::move(ids));
    if (!known) co_return std::move(known).error();
    for (agent& each : *known) agents[each.id] = std::move(each);
    for (repository_use& use : found->items) {
        for (repository_user& each : use.holding) each.whose = agents[each.what.agent];
        for (repository_user& each : use.waiting) each.whose = agents[each.what.agent];
    }
    co_return std::move(*found);
}

} // namespace holdfast
