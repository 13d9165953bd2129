// Every statement of the product, named: the name is its prepared statement's and its metric's. Bound and
// read beside each other in the store that uses it.
//
// Rules, so that the schema can be spread over a cluster by tenant: $1 is the tenant, and `tenant_id = $1`
// stands in every CTE and subselect; now() is worked out in a materialized CTE before it meets a column;
// what is updated is named by ANY(ARRAY(…)), which is an index scan under every plan.
#pragma once

#include "db/postgres/statement.hpp"

#include <span>

namespace holdfast::db::sql {

using pg::statement;

// Tasks: sql_offers.cpp, sql_tasks.cpp, sql_explain.cpp
extern const statement repositories_add;
extern const statement tasks_prepare;
extern const statement tasks_offer;
extern const statement tasks_give_back;
extern const statement tasks_acknowledge;
extern const statement tasks_finish;
extern const statement tasks_progress;
extern const statement tasks_cancel;
extern const statement tasks_retry;
extern const statement tasks_to_stop;
extern const statement tasks_release;
extern const statement tasks_create;
extern const statement tasks_get;
extern const statement tasks_many;
extern const statement tasks_list;
extern const statement tasks_around;
extern const statement tasks_holders;
extern const statement tasks_oldest_due;
extern const statement sessions_open;
extern const statement idempotency_claim;
extern const statement idempotency_free;
extern const statement idempotency_find;

// Logs: sql_logs.cpp
extern const statement logs_append;
extern const statement logs_finish;
extern const statement logs_extent;
extern const statement logs_piece;

// Agents: sql_agents.cpp
extern const statement agents_enroll;
extern const statement agents_register;
extern const statement agents_register_again;
extern const statement agents_get;
extern const statement agents_get_all;
extern const statement agents_list;
extern const statement agents_lock;
extern const statement agents_configure;
extern const statement agents_cancel_tasks;
extern const statement agents_delete;
extern const statement agents_exists;
extern const statement agents_touch;
extern const statement agents_contact;
extern const statement agents_details;
extern const statement agents_renew_leases;
extern const statement fleet_is_member;

// Policies: sql_policies.cpp
extern const statement policies_create;
extern const statement policies_replace;
extern const statement policies_get;
extern const statement policies_list;
extern const statement policies_lock;
extern const statement policies_delete;
extern const statement policies_of_agent;
extern const statement policy_agents_assign;
extern const statement policy_agents_unassign;
extern const statement policy_agents_list;

// Schedules: sql_schedules.cpp. The first two read over all tenants.
extern const statement runs_tenants;
extern const statement runs_due_in;
extern const statement runs_due;
extern const statement runs_settle;

// Freshness: sql_freshness.cpp. The second reads over all tenants.
extern const statement freshness_list;
extern const statement freshness_count;

// Events: sql_events.cpp. Those of tenants read over all of them.
extern const statement events_of_failures;
extern const statement freshness_tenants;
extern const statement freshness_judge;
extern const statement events_tenants;
extern const statement events_take;
extern const statement events_forget;
extern const statement events_again;

// Tokens, tenants: sql_tokens.cpp. The last reads over all tenants.
extern const statement tokens_find;
extern const statement tokens_is_good;
extern const statement tokens_create;
extern const statement tokens_list;
extern const statement tokens_revoke;
extern const statement tenants_create;
extern const statement tenants_list;

// Audit: sql_audit.cpp. Most entries are written by the statements that make the changes.
extern const statement audit_add;
extern const statement audit_list;

// Repositories in use: sql_repositories.cpp
extern const statement repositories_in_use;
extern const statement repositories_users;

// A tenant at a glance: sql_overview.cpp
extern const statement overview_counts;
extern const statement overview_minutes;

// The housekeeper's, in two steps: which tenants (read over all of them), then one tenant at a time.
extern const statement leases_tenants;
extern const statement leases_end;
extern const statement due_agents;
extern const statement pending_count;

// What goes by its age, in the same two steps: sql_retention.cpp
extern const statement sessions_tenants;
extern const statement sessions_forget;
extern const statement idempotency_tenants;
extern const statement idempotency_forget;
extern const statement events_old_tenants;
extern const statement events_old_forget;
extern const statement logs_tenants;
extern const statement logs_forget;
extern const statement tasks_tenants;
extern const statement tasks_forget;
extern const statement audit_tenants;
extern const statement audit_forget;

// Wake-ups for other servers; on a connection of its own.
extern const statement wakeups_notify;

// All of the above, but the last: what every connection prepares, and what the catalogue test reads.
[[nodiscard]] std::span<const statement* const> all();

} // namespace holdfast::db::sql
