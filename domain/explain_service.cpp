#include "domain/explain_service.hpp"

namespace holdfast {

awaitable<result<explained_task>> explain_service::explain(tenant_id tenant, task_id id) {
    auto found = co_await tasks_.get(tenant, id);
    if (!found) co_return std::move(found).error();
    auto around = co_await tasks_.around(tenant, id);
    if (!around) co_return std::move(around).error();
    auto whose = co_await agents_.get(tenant, found->agent);
    if (!whose && whose.error().code() != errc::not_found) co_return std::move(whose).error();
    auto policy = co_await policies_.get(tenant, found->policy);
    if (!policy && policy.error().code() != errc::not_found) co_return std::move(policy).error();
    std::optional<agent> known;
    if (whose) known = std::move(*whose);
    const bool enabled = !policy || policy->when.enabled; // the tasks of a deleted policy are still done
    std::vector<reason> reasons = holdfast::explain(*found, known, enabled, *around);
    co_return explained_task{std::move(*found), std::move(reasons), std::move(around->history)};
}

} // namespace holdfast
