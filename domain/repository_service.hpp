// Who holds each repository, and what waits for it.
#pragma once

#include "domain/stores.hpp"

namespace holdfast {

class repository_service {
public:
    repository_service(repository_store& repositories, agent_store& agents)
        : repositories_(repositories), agents_(agents) {}

    // Those that some task holds or waits for.
    [[nodiscard]] awaitable<result<page<repository_use, std::int64_t>>>
    list(tenant_id tenant, repository_filter filter, page_request_by<std::int64_t> page);

private:
    repository_store& repositories_;
    agent_store& agents_;
};

} // namespace holdfast
