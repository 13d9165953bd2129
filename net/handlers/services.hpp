// What the handlers stand on: the use cases of one shard. The composition root fills it in.
#pragma once

#include "domain/agent_service.hpp"
#include "domain/assignment.hpp"
#include "domain/audit_service.hpp"
#include "domain/change_feed.hpp"
#include "domain/explain_service.hpp"
#include "domain/log_service.hpp"
#include "domain/overview_service.hpp"
#include "domain/policy_service.hpp"
#include "domain/poll_minutes.hpp"
#include "domain/repository_service.hpp"
#include "domain/task_service.hpp"
#include "domain/timing.hpp"
#include "domain/token_service.hpp"
#include "net/router.hpp"
#include "net/wire/inside.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace holdfast::net {

// What the process knows of itself.
class process_status {
public:
    // Empty: ready to serve. Otherwise why not.
    [[nodiscard]] virtual std::string_view not_ready() const = 0;
    // The text exposition format of Prometheus, version 0.0.4.
    [[nodiscard]] virtual std::string metrics_page() const = 0;
    [[nodiscard]] virtual std::string_view version() const = 0;
    // As it was within the last second.
    [[nodiscard]] virtual wire::inside inside() const = 0;
    [[nodiscard]] virtual std::vector<poll_minute> polls_of_last_hour() const = 0;

protected:
    ~process_status() = default;
};

struct services {
    executor where;
    assignment& polls;
    task_service& tasks;
    log_service& logs;
    agent_service& agents;
    policy_service& policies;
    token_service& tokens;
    explain_service& explanations;
    audit_service& audit;
    overview_service& overviews;
    repository_service& repositories;
    change_feed& changes;
    const timing& times;
    const process_status& process;
};

// Every route of the product. `s` must outlive the router.
[[nodiscard]] std::vector<route> make_routes(services& s);

// The files of the console, beside the calls of the contract.
void add_console_routes(std::vector<route>& routes);

} // namespace holdfast::net
