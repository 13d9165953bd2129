// One function for each call of the contract. Parse, one use case, map.
#pragma once

#include "net/handlers/services.hpp"

namespace holdfast::net::handlers {

awaitable<reply> register_agent(services& s, exchange& x);
awaitable<reply> heartbeat(services& s, exchange& x);
awaitable<reply> poll(services& s, exchange& x);
awaitable<reply> acknowledge(services& s, exchange& x);
awaitable<reply> finish(services& s, exchange& x);
awaitable<reply> finish_by_body(services& s, exchange& x);
awaitable<reply> release(services& s, exchange& x);
awaitable<reply> progress(services& s, exchange& x);
awaitable<reply> append_log(services& s, exchange& x);

awaitable<reply> list_agents(services& s, exchange& x);
awaitable<reply> get_agent(services& s, exchange& x);
awaitable<reply> change_agent(services& s, exchange& x);
awaitable<reply> delete_agent(services& s, exchange& x);
awaitable<reply> create_policy(services& s, exchange& x);
awaitable<reply> list_policies(services& s, exchange& x);
awaitable<reply> get_policy(services& s, exchange& x);
awaitable<reply> replace_policy(services& s, exchange& x);
awaitable<reply> delete_policy(services& s, exchange& x);
awaitable<reply> assign_policy(services& s, exchange& x);
awaitable<reply> unassign_policy(services& s, exchange& x);
awaitable<reply> list_policy_agents(services& s, exchange& x);
awaitable<reply> next_runs(services& s, exchange& x);
awaitable<reply> preview_runs(services& s, exchange& x);
awaitable<reply> run_policy(services& s, exchange& x);
awaitable<reply> policies_of_agent(services& s, exchange& x);
awaitable<reply> list_freshness(services& s, exchange& x);
awaitable<reply> create_tasks(services& s, exchange& x);
awaitable<reply> list_tasks(services& s, exchange& x);

// For the history and the audit trail of what this request of that caller changes.
[[nodiscard]] inline origin origin_of(const exchange& x, const identity& who) {
    origin by = holdfast::origin_of(who, x.ref());
    if (by.token) by.address = x.request().remote.to_string();
    return by;
}

[[nodiscard]] inline origin origin_of(const exchange& x) {
    return origin_of(x, x.identity());
}

awaitable<reply> get_task(services& s, exchange& x);
awaitable<reply> get_log(services& s, exchange& x);
awaitable<reply> explain_task(services& s, exchange& x);
awaitable<reply> cancel_task(services& s, exchange& x);
awaitable<reply> retry_task(services& s, exchange& x);
awaitable<reply> create_tenant(services& s, exchange& x);
awaitable<reply> list_tenants(services& s, exchange& x);
awaitable<reply> create_token(services& s, exchange& x);
awaitable<reply> list_tokens(services& s, exchange& x);
awaitable<reply> revoke_token(services& s, exchange& x);
awaitable<reply> list_audit(services& s, exchange& x);
awaitable<reply> get_overview(services& s, exchange& x);
awaitable<reply> list_repositories(services& s, exchange& x);
awaitable<reply> changes(services& s, exchange& x);
awaitable<reply> whoami(services& s, exchange& x);

awaitable<reply> debug(services& s, exchange& x);
awaitable<reply> health(services& s, exchange& x);
awaitable<reply> ready(services& s, exchange& x);
awaitable<reply> metrics(services& s, exchange& x);
awaitable<reply> openapi(services& s, exchange& x);
awaitable<reply> version(services& s, exchange& x);

// What a check found, as an answer; nothing: it found nothing.
[[nodiscard]] inline std::optional<failure> refused(std::vector<field_error> wrong) {
    if (wrong.empty()) return std::nullopt;
    return invalid(std::move(wrong));
}

// Viewers read what operators read, secrets masked.
[[nodiscard]] inline bool masks_secrets(const exchange& x) {
    return x.identity().kind == token_kind::viewer;
}

} // namespace holdfast::net::handlers
