#include "db/sql.hpp"
#include "db/sql_columns.hpp"

#include <array>

namespace holdfast::db::sql {

// $1: tenants at the most.
constinit const statement leases_tenants{"leases_tenants", R"(
SELECT DISTINCT tenant_id FROM tasks
 WHERE status IN ('assigned', 'in-progress') AND lease_until < now() LIMIT $1::int)"};

// $1 tenant, $2 limit, $3 retry base (s), $4 retry cap (s). An offer that nobody acknowledged is no failed
// attempt, a run whose agent went silent is one.
constinit const statement leases_end{"leases_end", R"(
WITH c AS MATERIALIZED (
  SELECT task_id, now() AS at, status = 'in-progress' AS ran,
         CASE WHEN status = 'in-progress' AND failures + 1 >= max_attempts THEN 'failed' ELSE 'pending' END AS becomes,
         now() + least($4::int, $3::int * power(2, least(failures, 30)))
               * ((uuid_hash_extended(task_id, attempt) & 65535) / 65536.0) * interval '1 second' AS again_at
    FROM tasks
   WHERE tenant_id = $1 AND status IN ('assigned', 'in-progress') AND lease_until < now()
   ORDER BY lease_until LIMIT $2::int FOR UPDATE SKIP LOCKED
), z AS (
  UPDATE tasks x
     SET status = c.becomes, failures = x.failures + CASE WHEN c.ran THEN 1 ELSE 0 END,
         last_attempt_failed = false, lease_until = NULL, session = NULL, poll_id = NULL,
         not_before = CASE WHEN c.ran AND c.becomes = 'pending' THEN c.again_at END,
         completed_at = CASE WHEN c.becomes = 'failed' THEN c.at END,
         error_category = CASE WHEN c.ran THEN 'unknown' ELSE x.error_category END,
         error_message = CASE WHEN c.ran THEN 'the lease ended: the agent was not heard of in time'
                              ELSE x.error_message END,
         history = )" HOLDFAST_HISTORY("c.at", "'lease-ended'", "c.becomes", "x.attempt",
                                                   HOLDFAST_BY_SERVER) R"(
    FROM c
   WHERE x.tenant_id = $1 AND x.task_id = ANY(ARRAY(SELECT task_id FROM c)) AND x.task_id = c.task_id
  RETURNING x.task_id, x.agent_id, x.status, x.attempt, c.ran, x.repository_key, x.task_type, x.policy_id,
            x.completed_at, x.error_category, x.error_message
), told AS (
  INSERT INTO events (tenant_id, event_id, kind, at, try_at, policy_id, agent_id, task_id, task_type, attempt,
                      error_category, error_message)
  SELECT $1::uuid, )" HOLDFAST_EVENT_ID("z.task_id || '/' || z.attempt") R"(, 'task.failed', z.completed_at,
         z.completed_at, z.policy_id, z.agent_id, z.task_id, z.task_type, z.attempt, z.error_category,
         z.error_message
    FROM z WHERE z.status = 'failed'
  ON CONFLICT (tenant_id, event_id) DO NOTHING
)
SELECT z.task_id, z.agent_id, z.status, z.attempt, z.ran, )" HOLDFAST_REPOSITORY_WAITERS("z.repository_key",
                                                                                         "z.task_type") R"(
  FROM z)"};

// Whose tasks came due in the last $1 seconds, or whose pause ended: finds the wake-ups that were lost on the
// way. $2: at the most.
constinit const statement due_agents{"due_agents", R"(
SELECT tenant_id, agent_id FROM tasks
 WHERE status = 'pending' AND attempt >= 0 AND order_at > now() - $1::int * interval '1 second' AND order_at <= now()
   AND (not_before IS NULL OR not_before <= now())
UNION
SELECT tenant_id, agent_id FROM tasks
 WHERE status = 'pending' AND attempt >= 0 AND not_before > now() - $1::int * interval '1 second' AND not_before <= now()
   AND order_at <= now()
UNION
SELECT tenant_id, agent_id FROM agents
 WHERE paused_until > now() - $1::int * interval '1 second' AND paused_until <= now() AND deleted_at IS NULL
LIMIT $2::int)"};

// Up to $1: the figure is for people and alarms, not for books.
constinit const statement pending_count{"pending_count",
                                        "SELECT count(*) FROM (SELECT FROM tasks WHERE status = 'pending' "
                                        "AND attempt >= 0 LIMIT $1::int) AS few"};

// $1 channel, $2 payloads.
constinit const statement wakeups_notify{"wakeups_notify",
                                         "SELECT pg_notify($1, payload) FROM unnest($2::text[]) AS payload"};

std::span<const statement* const> all() {
    static constexpr std::array list{&repositories_add,
                                     &tasks_prepare,
                                     &tasks_offer,
                                     &tasks_give_back,
                                     &tasks_acknowledge,
                                     &tasks_finish,
                                     &tasks_progress,
                                     &tasks_cancel,
                                     &tasks_retry,
                                     &tasks_to_stop,
                                     &tasks_release,
                                     &tasks_create,
                                     &tasks_get,
                                     &tasks_many,
                                     &tasks_list,
                                     &tasks_around,
                                     &tasks_holders,
                                     &tasks_oldest_due,
                                     &sessions_open,
                                     &idempotency_claim,
                                     &idempotency_free,
                                     &idempotency_find,
                                     &logs_append,
                                     &logs_finish,
                                     &logs_extent,
                                     &logs_piece,
                                     &agents_enroll,
                                     &agents_register,
                                     &agents_get,
                                     &agents_get_all,
                                     &agents_list,
                                     &agents_exists,
                                     &agents_touch,
                                     &agents_register_again,
                                     &agents_lock,
                                     &agents_configure,
                                     &agents_cancel_tasks,
                                     &agents_delete,
                                     &agents_contact,
                                     &agents_details,
                                     &agents_renew_leases,
                                     &fleet_is_member,
                                     &policies_create,
                                     &policies_replace,
                                     &policies_lock,
                                     &policies_delete,
                                     &policies_of_agent,
                                     &policy_agents_assign,
                                     &policy_agents_unassign,
                                     &policy_agents_list,
                                     &policies_get,
                                     &policies_list,
                                     &tokens_find,
                                     &tokens_is_good,
                                     &tokens_create,
                                     &tokens_list,
                                     &tokens_revoke,
                                     &tenants_create,
                                     &tenants_list,
                                     &leases_tenants,
                                     &leases_end,
                                     &due_agents,
                                     &pending_count,
                                     &runs_tenants,
                                     &runs_due_in,
                                     &runs_due,
                                     &runs_settle,
                                     &freshness_list,
                                     &freshness_count,
                                     &events_of_failures,
                                     &freshness_tenants,
                                     &freshness_judge,
                                     &events_tenants,
                                     &events_take,
                                     &events_forget,
                                     &events_again,
                                     &sessions_tenants,
                                     &sessions_forget,
                                     &idempotency_tenants,
                                     &idempotency_forget,
                                     &events_old_tenants,
                                     &events_old_forget,
                                     &logs_tenants,
                                     &logs_forget,
                                     &tasks_tenants,
                                     &tasks_forget,
                                     &audit_add,
                                     &audit_list,
                                     &repositories_in_use,
                                     &repositories_users,
                                     &overview_counts,
                                     &overview_minutes,
                                     &audit_tenants,
                                     &audit_forget};
    return list;
}

} // namespace holdfast::db::sql
