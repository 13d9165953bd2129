#include "db/sql.hpp"
#include "db/sql_columns.hpp"

namespace holdfast::db::sql {

// $1: tenants at the most.
constinit const statement runs_tenants{"runs_tenants", R"(
SELECT DISTINCT tenant_id FROM policy_agents WHERE next_run_at <= now() LIMIT $1::int)"};

// In how many microseconds the next is due; null: none will be.
constinit const statement runs_due_in{
    "runs_due_in",
    "SELECT (extract(epoch FROM min(next_run_at) - now()) * 1000000)::bigint FROM policy_agents"};

// $1 tenant, $2 limit.
constinit const statement runs_due{"runs_due", R"(
SELECT g.policy_id, g.agent_id, g.settled_until, g.next_run_at, now(), p.schedule, p.check_schedule,
       p.prune_schedule, p.timezone, p.spread_seconds, p.on_missed, p.min_gap_seconds, p.enabled
  FROM policy_agents g JOIN policies p ON p.tenant_id = $1 AND p.policy_id = g.policy_id
 WHERE g.tenant_id = $1 AND g.next_run_at <= now()
 ORDER BY g.next_run_at LIMIT $2::int)"};

// $1 tenant; arrays, one row for each agent of a policy: $2 policy, $3 agent, $4 and $5 settled_until and
// next_run_at as they were seen, $6 and $7 as they become; one row for each run: $8 task, $9 policy, $10
// agent, $11 type, $12 its time. What somebody else has settled meanwhile is left alone. Answers the runs
// that were settled here: whether another task of their kind is open, and whether the task was made. An agent
// that is being deleted is not waited for.
constinit const statement runs_settle{"runs_settle", R"(
WITH w AS MATERIALIZED (
  SELECT g.policy_id, g.agent_id, u.settles, u.again
    FROM unnest($2::uuid[], $3::uuid[], $4::timestamptz[], $5::timestamptz[], $6::timestamptz[],
                $7::timestamptz[]) AS u(policy, agent, settled, due, settles, again)
    JOIN policy_agents g ON g.tenant_id = $1 AND g.policy_id = u.policy AND g.agent_id = u.agent
    JOIN agents a ON a.tenant_id = $1 AND a.agent_id = g.agent_id
   WHERE g.settled_until = u.settled AND g.next_run_at = u.due AND a.deleted_at IS NULL
     FOR UPDATE OF g SKIP LOCKED FOR KEY SHARE OF a SKIP LOCKED
), settled AS (
  UPDATE policy_agents g SET settled_until = w.settles, next_run_at = w.again
    FROM w WHERE g.tenant_id = $1 AND g.policy_id = w.policy_id AND g.agent_id = w.agent_id
  RETURNING g.policy_id, g.agent_id
), r AS MATERIALIZED (
  SELECT u.task, u.kind, u.at, s.agent_id, p.policy_id, p.max_attempts, p.repository, p.include_paths,
         p.exclude_paths, p.retention, p.execution_params, now() AS made_at,
         p.overlap = 'skip' AND (
           EXISTS (SELECT FROM tasks o WHERE o.tenant_id = $1 AND o.agent_id = s.agent_id AND o.status = 'pending'
                      AND o.policy_id = s.policy_id AND o.task_type = u.kind)
           OR EXISTS (SELECT FROM tasks o WHERE o.tenant_id = $1 AND o.agent_id = s.agent_id
                         AND o.status IN ('assigned', 'in-progress') AND o.policy_id = s.policy_id
                         AND o.task_type = u.kind)) AS overlaps
    FROM unnest($8::uuid[], $9::uuid[], $10::uuid[], $11::text[], $12::timestamptz[])
         AS u(task, policy, agent, kind, at)
    JOIN settled s ON s.policy_id = u.policy AND s.agent_id = u.agent
    JOIN policies p ON p.tenant_id = $1 AND p.policy_id = u.policy
), made AS (
  INSERT INTO tasks (tenant_id, task_id, agent_id, policy_id, task_type, max_attempts, created_at, scheduled_for,
                     planned, repository, include_paths, exclude_paths, retention, execution_params, history)
  SELECT $1::uuid, r.task, r.agent_id, r.policy_id, r.kind, r.max_attempts, r.made_at, r.at, true, r.repository,
         r.include_paths, r.exclude_paths, r.retention, r.execution_params,
         )" HOLDFAST_HISTORY_OF_NEW("r.made_at", HOLDFAST_BY_SERVER) R"(
    FROM r WHERE NOT r.overlaps
  ON CONFLICT (tenant_id, policy_id, agent_id, task_type, scheduled_for) WHERE planned DO NOTHING
  RETURNING task_id
)
SELECT r.task, r.policy_id, r.agent_id, r.kind, r.at, r.overlaps, m.task_id IS NOT NULL
  FROM r LEFT JOIN made m ON m.task_id = r.task)"};

} // namespace holdfast::db::sql
