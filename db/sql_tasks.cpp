#include "db/sql.hpp"
#include "db/sql_columns.hpp"

// The tasks, as t, of those of w that the update \a changed left as they are.
#define HOLDFAST_LEFT_ALONE(changed)                                                                         \
    "w CROSS JOIN LATERAL (SELECT * FROM tasks WHERE tenant_id = $1 AND task_id = w.task"                    \
    " AND agent_id = w.agent LIMIT 1) t WHERE w.n <> ALL(ARRAY(SELECT n FROM " changed "))"

// What an offer's last entry in the history tells.
#define ATTEMPT_GIVEN_BACK                                                                                   \
    "(x.attempt - CASE WHEN x.history -> -1 ->> 'event' = 'offered-again' THEN 0 ELSE 1 END)"

// A task that a call names is looked up by its id, and its agent only compared, by IS NOT DISTINCT FROM: an
// equality would open the indexes of an agent's tasks, and where the planner knows nothing of the table's
// contents yet it takes one of them and reads all that the tenant's agents hold.

namespace holdfast::db::sql {

// $1 tenant, $2 poll, $3 tasks. Only what this very poll still holds. Its attempt's number serves again,
// unless an earlier answer had it, which somebody may have read.
constinit const statement tasks_give_back{"tasks_give_back", R"(
WITH w AS MATERIALIZED (
  SELECT now() AS at
), g AS (
  UPDATE tasks x
     SET status = 'pending', attempt = )" ATTEMPT_GIVEN_BACK R"(, assigned_at = NULL, lease_until = NULL,
         session = NULL, poll_id = NULL,
         history = )" HOLDFAST_HISTORY("w.at", "'given-back'", "'pending'", ATTEMPT_GIVEN_BACK,
                                                             HOLDFAST_BY_SERVER) R"(
    FROM w
   WHERE x.tenant_id = $1 AND x.task_id = ANY($3::uuid[]) AND x.status = 'assigned' AND x.poll_id = $2::uuid
  RETURNING x.repository_key, x.task_type
)
SELECT )" HOLDFAST_REPOSITORY_WAITERS("g.repository_key", "g.task_type") " FROM g"};

// $1 tenant; arrays: $2 agent, $3 task, $4 attempt or null; $5 run lease (s);
// array: $6 by.
constinit const statement tasks_acknowledge{"tasks_acknowledge", R"(
WITH w AS MATERIALIZED (
  SELECT u.n, u.agent, u.task, u.attempt, u.by, now() AS at, now() + $5::int * interval '1 second' AS lease
    FROM unnest($2::uuid[], $3::uuid[], $4::int[], $6::jsonb[]) WITH ORDINALITY AS u(agent, task, attempt, by, n)
), c AS (
  UPDATE tasks x SET status = 'in-progress', acknowledged_at = w.at, lease_until = w.lease, progress = NULL,
                     progress_at = NULL,
                     history = )" HOLDFAST_HISTORY("w.at", "'acknowledged'", "'in-progress'", "x.attempt",
                                                                 "w.by") R"(
    FROM w
   WHERE x.tenant_id = $1 AND x.task_id = ANY($3::uuid[]) AND x.task_id = w.task
     AND x.agent_id IS NOT DISTINCT FROM w.agent AND x.status = 'assigned'
     AND (w.attempt IS NULL OR w.attempt = x.attempt)
  RETURNING w.n, x.status, x.attempt, x.last_attempt_failed, w.at
)
SELECT c.n, true, c.status, c.attempt, c.last_attempt_failed, c.at, NULL::timestamptz FROM c
UNION ALL
SELECT w.n, false, t.status, t.attempt, t.last_attempt_failed, t.acknowledged_at, NULL
  FROM )" HOLDFAST_LEFT_ALONE("c")};

// $1 tenant; arrays: $2 agent, $3 task, $4 attempt or null, $5 1: completed, $6 1: no retry mends it,
// $7 message, $8 category, $9 duration (s), $10 snapshot, $11 statistics, $12 id of this result;
// $13 retry base (s), $14 retry cap (s); array: $15 by. Full jitter comes from a hash of task and attempt:
// even over the fleet, the same when looked at twice. A backup that completes is its agent's last good one
// for its policy; behind the tasks, those rows are locked in the order of their key, as whoever else locks
// several of them does.
constinit const statement tasks_finish{"tasks_finish", R"(
WITH w AS MATERIALIZED (
  SELECT u.* FROM unnest($2::uuid[], $3::uuid[], $4::int[], $5::int[], $6::int[], $7::text[], $8::text[],
                         $9::float8[], $10::text[], $11::jsonb[], $12::uuid[], $15::jsonb[]) WITH ORDINALITY
         AS u(agent, task, attempt, good, final, message, category, duration, snapshot, stats, result, by, n)
), c AS MATERIALIZED (
  SELECT w.*, now() AS at,
         CASE WHEN w.good = 1 THEN 'completed'
              WHEN w.final = 1 OR t.failures + 1 >= t.max_attempts THEN 'failed' ELSE 'pending' END AS becomes,
         now() + least($14::int, $13::int * power(2, least(t.failures, 30)))
               * ((uuid_hash_extended(t.task_id, t.attempt) & 65535) / 65536.0) * interval '1 second' AS again_at
    FROM w JOIN tasks t ON t.tenant_id = $1 AND t.task_id = w.task AND t.agent_id IS NOT DISTINCT FROM w.agent
   WHERE t.task_id = ANY($3::uuid[]) AND t.status = 'in-progress'
     AND (w.attempt IS NULL OR w.attempt = t.attempt)
   ORDER BY t.task_id FOR UPDATE OF t
), d AS (
  UPDATE tasks x
     SET status = c.becomes, failures = x.failures + CASE WHEN c.good = 1 THEN 0 ELSE 1 END,
         last_attempt_failed = c.good <> 1, result_id = c.result, lease_until = NULL, session = NULL,
         completed_at = CASE WHEN c.becomes = 'pending' THEN NULL ELSE c.at END,
         not_before = CASE WHEN c.becomes = 'pending' THEN c.again_at END,
         error_message = c.message, error_category = c.category, duration_seconds = c.duration,
         snapshot_id = c.snapshot, statistics = c.stats,
         history = )" HOLDFAST_HISTORY("c.at", "CASE WHEN c.good = 1 THEN 'completed' ELSE 'failed' END",
                                                       "c.becomes", "x.attempt", "c.by") R"(
    FROM c
   WHERE x.tenant_id = $1 AND x.task_id = ANY($3::uuid[]) AND x.task_id = c.task
  RETURNING c.n, x.status, x.attempt, x.last_attempt_failed, c.at, x.not_before, x.task_id, x.task_type,
            x.repository_key, x.policy_id, x.agent_id
), g AS MATERIALIZED (
  SELECT g.policy_id, g.agent_id, d.at, d.task_id
    FROM d JOIN policy_agents g ON g.tenant_id = $1 AND g.policy_id = d.policy_id AND g.agent_id = d.agent_id
   WHERE d.status = 'completed' AND d.task_type = 'backup' AND g.agent_id = ANY($2::uuid[])
   ORDER BY g.policy_id, g.agent_id FOR UPDATE OF g
), s AS (
  UPDATE policy_agents x
     SET last_success_at = g.at, last_success_task = g.task_id,
         judge_at = CASE WHEN x.freshness_state = 'fresh' THEN x.judge_at ELSE g.at END
    FROM g
   WHERE x.tenant_id = $1 AND x.agent_id = ANY($2::uuid[]) AND x.policy_id = g.policy_id AND x.agent_id = g.agent_id
)
SELECT d.n, true, d.status, d.attempt, d.last_attempt_failed, d.at, d.not_before,
       )" HOLDFAST_REPOSITORY_WAITERS("d.repository_key", "d.task_type") R"(
  FROM d
UNION ALL
SELECT w.n, false, t.status, t.attempt, t.last_attempt_failed, coalesce(t.completed_at, t.created_at),
       t.not_before, NULL
  FROM )" HOLDFAST_LEFT_ALONE("d")};

// $1 tenant; arrays: $2 agent, $3 task, $4 attempt or null, $5 progress; $6 run lease (s). The lease of a
// cancelled task ended when it was cancelled.
constinit const statement tasks_progress{"tasks_progress", R"(
WITH w AS MATERIALIZED (
  SELECT u.*, now() AS at, now() + $6::int * interval '1 second' AS lease
    FROM unnest($2::uuid[], $3::uuid[], $4::int[], $5::jsonb[]) WITH ORDINALITY
         AS u(agent, task, attempt, progress, n)
), c AS (
  UPDATE tasks x SET lease_until = w.lease, progress = w.progress, progress_at = w.at
    FROM w
   WHERE x.tenant_id = $1 AND x.task_id = ANY($3::uuid[]) AND x.task_id = w.task
     AND x.agent_id IS NOT DISTINCT FROM w.agent AND x.status = 'in-progress'
     AND (w.attempt IS NULL OR w.attempt = x.attempt)
  RETURNING w.n, x.status, x.attempt, x.last_attempt_failed, w.lease
)
SELECT c.n, true, c.status, c.attempt, c.last_attempt_failed, c.lease, NULL::timestamptz FROM c
UNION ALL
SELECT w.n, false, t.status, t.attempt, t.last_attempt_failed, t.completed_at, NULL
  FROM )" HOLDFAST_LEFT_ALONE("c")};

// $1 tenant, $2 task, $3 how long its agent is told to stop it (s), $4 by, $5 notes. Answers the task as it
// is now, whether that changed it, whether an agent was running it, and whom it wakes.
constinit const statement tasks_cancel{"tasks_cancel", R"(
WITH f AS MATERIALIZED (
  SELECT *, now() AS at, now() + $3::int * interval '1 second' AS stop_at
    FROM tasks WHERE tenant_id = $1 AND task_id = $2::uuid FOR UPDATE
), c AS (
  UPDATE tasks x
     SET status = 'cancelled', completed_at = f.at, lease_until = NULL, session = NULL, poll_id = NULL,
         not_before = NULL,
         stop_until = CASE WHEN f.status = 'in-progress' THEN f.stop_at END,
         history = )" HOLDFAST_HISTORY("f.at", "'cancelled'", "'cancelled'", "x.attempt", "$4::jsonb") R"(
    FROM f
   WHERE x.tenant_id = $1 AND x.task_id = $2::uuid AND x.task_id = f.task_id
     AND f.status IN ('pending', 'assigned', 'in-progress')
  RETURNING x.*, f.status = 'in-progress' AS ran, f.status <> 'pending' AS held
), noted AS (
  )" HOLDFAST_AUDIT("$5", "c", "jsonb_build_object('agentId', c.agent_id)") R"(
)
SELECT )" HOLDFAST_TASK_COLUMNS R"(, true, t.ran, CASE WHEN t.held THEN )" HOLDFAST_REPOSITORY_WAITERS(
                                                           "t.repository_key", "t.task_type") R"( END FROM c t
UNION ALL
SELECT )" HOLDFAST_TASK_COLUMNS ", false, false, NULL FROM f t WHERE NOT EXISTS (SELECT FROM c)"};

// $1 tenant, $2 task, $3 by, $4 notes. All of its attempts anew, or the end of its delay. Answers the task as
// it is now, whether that changed it, and whether its agent was deleted, which the lock keeps out meanwhile.
// The lease is null already, and set nevertheless: PostgreSQL holds the constraint between it and the status
// against the version of the row that the statement began with, before it sees that there is a newer one.
constinit const statement tasks_retry{"tasks_retry", R"(
WITH a AS MATERIALIZED (
  SELECT a.agent_id, a.deleted_at
    FROM agents a JOIN tasks t ON t.tenant_id = $1 AND t.agent_id = a.agent_id
   WHERE a.tenant_id = $1 AND t.task_id = $2::uuid FOR KEY SHARE OF a
), f AS MATERIALIZED (
  SELECT t.*, a.deleted_at IS NOT NULL AS orphaned, now() AS at
    FROM a JOIN tasks t ON t.tenant_id = $1 AND t.agent_id = a.agent_id
   WHERE t.task_id = $2::uuid FOR UPDATE OF t
), c AS (
  UPDATE tasks x
     SET status = 'pending', failures = CASE WHEN f.status = 'pending' THEN f.failures ELSE 0 END,
         last_attempt_failed = f.last_attempt_failed AND f.status <> 'cancelled', not_before = NULL,
         assigned_at = NULL, acknowledged_at = NULL, completed_at = NULL, stop_until = NULL, lease_until = NULL,
         history = )" HOLDFAST_HISTORY("f.at", "'retried'", "'pending'", "x.attempt", "$3::jsonb") R"(
    FROM f
   WHERE x.tenant_id = $1 AND x.task_id = $2::uuid AND x.task_id = f.task_id AND NOT f.orphaned
     AND (f.status IN ('failed', 'cancelled') OR (f.status = 'pending' AND f.not_before IS NOT NULL))
  RETURNING x.*
), noted AS (
  )" HOLDFAST_AUDIT("$4", "c", "jsonb_build_object('agentId', c.agent_id)") R"(
)
SELECT )" HOLDFAST_TASK_COLUMNS R"(, true, false, NULL::uuid[] FROM c t
UNION ALL
SELECT )" HOLDFAST_TASK_COLUMNS ", false, t.orphaned, NULL FROM f t WHERE NOT EXISTS (SELECT FROM c)"};

// $1 tenant; arrays: $2 agents that do not name what they run, $3 agent and $4 task of those that do. What of
// it was cancelled.
constinit const statement tasks_to_stop{"tasks_to_stop", R"(
SELECT t.agent_id, t.task_id FROM tasks t
 WHERE t.tenant_id = $1 AND t.agent_id = ANY($2::uuid[]) AND t.stop_until IS NOT NULL AND t.stop_until > now()
   AND t.status = 'cancelled'
UNION ALL
SELECT t.agent_id, t.task_id
  FROM unnest($3::uuid[], $4::uuid[]) AS u(agent, task)
  JOIN tasks t ON t.tenant_id = $1 AND t.task_id = u.task AND t.agent_id = u.agent
 WHERE t.task_id = ANY($4::uuid[]) AND t.status = 'cancelled')"};

// $1 tenant; arrays: $2 agent, $3 task, $4 attempt or null, $5 reason, $6 not before in so many seconds,
// $7 by.
constinit const statement tasks_release{"tasks_release", R"(
WITH w AS MATERIALIZED (
  SELECT u.n, u.agent, u.task, u.attempt, u.reason, u.by, now() AS at,
         CASE WHEN u.after > 0 THEN now() + u.after * interval '1 second' END AS again_at
    FROM unnest($2::uuid[], $3::uuid[], $4::int[], $5::text[], $6::int[], $7::jsonb[]) WITH ORDINALITY
         AS u(agent, task, attempt, reason, after, by, n)
), c AS (
  UPDATE tasks x
     SET status = 'pending', attempt = x.attempt - 1, not_before = w.again_at, release_reason = w.reason,
         assigned_at = NULL, acknowledged_at = NULL, lease_until = NULL, session = NULL, poll_id = NULL,
         history = )" HOLDFAST_HISTORY("w.at", "'released'", "'pending'", "x.attempt - 1", "w.by") R"(
    FROM w
   WHERE x.tenant_id = $1 AND x.task_id = ANY($3::uuid[]) AND x.task_id = w.task
     AND x.agent_id IS NOT DISTINCT FROM w.agent AND x.status IN ('assigned', 'in-progress')
     AND (w.attempt IS NULL OR w.attempt = x.attempt)
  RETURNING w.n, x.status, x.attempt, x.last_attempt_failed, w.at, x.not_before, x.repository_key, x.task_type
)
SELECT c.n, true, c.status, c.attempt, c.last_attempt_failed, c.at, c.not_before,
       )" HOLDFAST_REPOSITORY_WAITERS("c.repository_key", "c.task_type") R"(
  FROM c
UNION ALL
SELECT w.n, false, t.status, t.attempt, t.last_attempt_failed, w.at, t.not_before, NULL
  FROM )" HOLDFAST_LEFT_ALONE("c")};

// $1 tenant; arrays: $2 task, $3 agent, $4 policy, $5 type, $6 scheduled for, $7 attempts, $8 repository,
// $9 include paths and $10 exclude paths (JSON arrays), $11 retention, $12 execution parameters, $13 number
// of the request, $14 by; $15 notes; $16 an idempotency key: nothing is made unless it is claimed for
// these tasks. Null: as the policy says. A request that names an agent or a policy that
// is not there makes nothing; the rows behind the tasks say which. The lock keeps deletions of the agents
// out.
constinit const statement tasks_create{"tasks_create", R"(
WITH w AS MATERIALIZED (
  SELECT u.*, now() AS at
    FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::timestamptz[], $7::int[], $8::text[],
                $9::jsonb[], $10::jsonb[], $11::jsonb[], $12::jsonb[], $13::int[], $14::jsonb[])
         AS u(task, agent, policy, kind, scheduled, attempts, own_repository, includes, excludes, own_retention,
              own_params, request, by)
   WHERE $16::text IS NULL OR EXISTS (SELECT FROM idempotency_keys k
                                       WHERE k.tenant_id = $1 AND k.key = $16 AND k.task_ids = $2::uuid[])
), a AS MATERIALIZED (
  SELECT agent_id FROM agents
   WHERE tenant_id = $1 AND agent_id = ANY($3::uuid[]) AND deleted_at IS NULL ORDER BY agent_id FOR KEY SHARE
), j AS MATERIALIZED (
  SELECT w.*, a.agent_id IS NULL AS no_agent, p.policy_id IS NULL AS no_policy, p.max_attempts, p.repository,
         p.include_paths, p.exclude_paths, p.retention, p.execution_params
    FROM w
    LEFT JOIN a ON a.agent_id = w.agent
    LEFT JOIN policies p ON p.tenant_id = $1 AND p.policy_id = w.policy AND p.deleted_at IS NULL
), t AS (
  INSERT INTO tasks (tenant_id, task_id, agent_id, policy_id, task_type, max_attempts, created_at, scheduled_for,
                     repository, include_paths, exclude_paths, retention, execution_params, history)
  SELECT $1::uuid, j.task, j.agent, j.policy, j.kind, coalesce(j.attempts, j.max_attempts), j.at, j.scheduled,
         coalesce(j.own_repository, j.repository),
         CASE WHEN j.includes IS NULL THEN j.include_paths
              ELSE ARRAY(SELECT jsonb_array_elements_text(j.includes)) END,
         CASE WHEN j.excludes IS NULL THEN j.exclude_paths
              ELSE ARRAY(SELECT jsonb_array_elements_text(j.excludes)) END,
         coalesce(j.own_retention, j.retention), coalesce(j.own_params, j.execution_params),
         )" HOLDFAST_HISTORY_OF_NEW("j.at", "j.by") R"(
    FROM j
   WHERE NOT EXISTS (SELECT FROM j AS bad WHERE bad.request = j.request AND (bad.no_agent OR bad.no_policy))
  RETURNING *
), noted AS (
  )" HOLDFAST_AUDIT("$15", "(SELECT) AS one", "'{}'") R"(
   WHERE NOT EXISTS (SELECT FROM j AS bad WHERE bad.request = e.n AND (bad.no_agent OR bad.no_policy))
     AND EXISTS (SELECT FROM j WHERE j.request = e.n)
)
SELECT )" HOLDFAST_TASK_COLUMNS R"(, NULL::boolean, NULL::boolean FROM t
UNION ALL
SELECT j.task, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
       NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, j.no_agent, j.no_policy
  FROM j WHERE j.no_agent OR j.no_policy)"};

constinit const statement tasks_get{"tasks_get",
                                    "SELECT " HOLDFAST_TASK_COLUMNS
                                    " FROM tasks t WHERE t.tenant_id = $1 AND t.task_id = $2::uuid"};

constinit const statement tasks_many{"tasks_many",
                                     "SELECT " HOLDFAST_TASK_COLUMNS
                                     " FROM tasks t WHERE t.tenant_id = $1 AND t.task_id = ANY($2::uuid[])"};

// $1 tenant, $2 before, $3 limit, $4 status, $5 type, $6 agent, $7 policy; null: any.
constinit const statement tasks_list{"tasks_list", "SELECT " HOLDFAST_TASK_COLUMNS R"( FROM tasks t
 WHERE t.tenant_id = $1 AND ($2::uuid IS NULL OR t.task_id < $2) AND ($4::text IS NULL OR t.status = $4)
   AND ($5::text IS NULL OR t.task_type = $5) AND ($6::uuid IS NULL OR t.agent_id = $6)
   AND ($7::uuid IS NULL OR t.policy_id = $7)
 ORDER BY t.task_id DESC LIMIT $3::int)"};

// $1 tenant. Not one in a retry delay.
constinit const statement tasks_oldest_due{"tasks_oldest_due", R"(
SELECT task_id, agent_id, order_at FROM tasks
 WHERE tenant_id = $1 AND status = 'pending' AND attempt >= 0 AND order_at <= now()
   AND (not_before IS NULL OR not_before <= now())
 ORDER BY order_at LIMIT 1)"};

// $1 tenant; arrays: $2 agent, $3 session, $4 poll, $5 address. Answers for each whether its agent has
// another session, from another address, that polled within two minutes.
constinit const statement sessions_open{"sessions_open", R"(
WITH w AS MATERIALIZED (
  SELECT u.n, a.tenant_id, a.agent_id, u.session, u.poll, u.address, now() AS at, now() - interval '2 minutes' AS lately
    FROM unnest($2::uuid[], $3::text[], $4::uuid[], $5::text[]) WITH ORDINALITY AS u(agent, session, poll, address, n)
    JOIN agents a ON a.tenant_id = $1 AND a.agent_id = u.agent
   WHERE a.agent_id = ANY($2::uuid[]) AND a.deleted_at IS NULL
), opened AS (
  INSERT INTO sessions (tenant_id, agent_id, session, poll_id, address, seen_at)
  SELECT tenant_id, agent_id, session, poll, address, at FROM w
  ON CONFLICT (tenant_id, agent_id, session)
  DO UPDATE SET poll_id = excluded.poll_id, address = excluded.address, seen_at = excluded.seen_at
)
SELECT w.n, EXISTS (SELECT FROM sessions s WHERE s.tenant_id = $1 AND s.agent_id = w.agent_id
                       AND s.session <> w.session AND s.address <> w.address AND s.seen_at > w.lately)
  FROM w)"};

// $1 tenant, $2 key, $3 digest, $4 tasks.
constinit const statement idempotency_claim{"idempotency_claim", R"(
INSERT INTO idempotency_keys (tenant_id, key, digest, task_ids) VALUES ($1, $2, $3::bytea, $4::uuid[])
ON CONFLICT (tenant_id, key) DO NOTHING)"};

// Of a claim that came to nothing.
constinit const statement idempotency_free{"idempotency_free", R"(
DELETE FROM idempotency_keys WHERE tenant_id = $1 AND key = $2 AND task_ids = $3::uuid[]
   AND NOT EXISTS (SELECT FROM tasks WHERE tenant_id = $1 AND task_id = ANY($3)))"};

constinit const statement idempotency_find{
    "idempotency_find", "SELECT digest, task_ids FROM idempotency_keys WHERE tenant_id = $1 AND key = $2"};

} // namespace holdfast::db::sql
