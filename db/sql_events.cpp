#include "db/sql.hpp"
#include "db/sql_columns.hpp"

namespace holdfast::db::sql {

// $1 tenant; arrays: $2 task, $3 id of the result. Behind tasks_finish, in its transaction.
constinit const statement events_of_failures{"events_of_failures", R"(
INSERT INTO events (tenant_id, event_id, kind, at, try_at, policy_id, agent_id, task_id, task_type, attempt,
                    error_category, error_message)
SELECT t.tenant_id, )" HOLDFAST_EVENT_ID("t.task_id || '/' || t.attempt") R"(, 'task.failed', t.completed_at,
       t.completed_at, t.policy_id, t.agent_id, t.task_id, t.task_type, t.attempt, t.error_category, t.error_message
  FROM unnest($2::uuid[], $3::uuid[]) AS w(task, result)
  JOIN tasks t ON t.tenant_id = $1 AND t.task_id = w.task AND t.result_id = w.result
 WHERE t.task_id = ANY($2::uuid[]) AND t.status = 'failed'
ON CONFLICT (tenant_id, event_id) DO NOTHING)"};

// $1: tenants at the most.
constinit const statement freshness_tenants{"freshness_tenants", R"(
SELECT DISTINCT tenant_id FROM policy_agents WHERE judge_at < now() LIMIT $1::int)"};

// $1 tenant, $2 limit. Each change of a state is written down as an event, and when the next is due by time.
// The lock on the policies waits for nobody either; with it, who gives a policy another age is seen here, or
// finds these rows locked and has them judged again.
constinit const statement freshness_judge{
    "freshness_judge", R"(
WITH g AS MATERIALIZED (
  SELECT g.policy_id, g.agent_id, g.freshness_state AS was, )" HOLDFAST_FRESHNESS_STATE
                       R"( AS becomes, now() AS at,
         g.last_success_at, p.max_age_seconds
    FROM policy_agents g JOIN policies p ON p.tenant_id = $1 AND p.policy_id = g.policy_id
   WHERE g.tenant_id = $1 AND g.judge_at < now()
   ORDER BY g.policy_id, g.agent_id LIMIT $2::int FOR UPDATE OF g SKIP LOCKED FOR SHARE OF p SKIP LOCKED
), n AS MATERIALIZED (
  SELECT g.*, CASE g.becomes WHEN 'fresh' THEN g.last_success_at + g.max_age_seconds * interval '1 second'
                             WHEN 'late' THEN g.last_success_at + 2 * g.max_age_seconds * interval '1 second'
              END AS again
    FROM g
), judged AS (
  UPDATE policy_agents x SET freshness_state = n.becomes, judge_at = n.again
    FROM n
   WHERE x.tenant_id = $1 AND x.agent_id = ANY(ARRAY(SELECT agent_id FROM n)) AND x.policy_id = n.policy_id
     AND x.agent_id = n.agent_id
)
INSERT INTO events (tenant_id, event_id, kind, at, try_at, policy_id, agent_id, state, state_before,
                    last_success_at, max_age_seconds)
SELECT $1::uuid, )" HOLDFAST_EVENT_ID(
                           "n.policy_id || '/' || n.agent_id || '/' || extract(epoch FROM n.at)") R"(,
       'freshness.changed', n.at, n.at, n.policy_id, n.agent_id, n.becomes, n.was, n.last_success_at,
       n.max_age_seconds
  FROM n WHERE n.was <> n.becomes
ON CONFLICT (tenant_id, event_id) DO NOTHING
RETURNING agent_id)"};

// $1: tenants at the most.
constinit const statement events_tenants{"events_tenants", R"(
SELECT DISTINCT tenant_id FROM events WHERE try_at <= now() LIMIT $1::int)"};

// $1 tenant, $2 limit, $3 for how long they are this server's (s), $4 given up at this age (s).
constinit const statement events_take{"events_take", R"(
WITH n AS MATERIALIZED (
  SELECT event_id, now() + $3::int * interval '1 second' AS again, now() - $4::int * interval '1 second' AS expired
    FROM events WHERE tenant_id = $1 AND try_at <= now()
   ORDER BY try_at, event_id LIMIT $2::int FOR UPDATE SKIP LOCKED
), e AS (
  UPDATE events x SET tries = x.tries + 1, try_at = n.again
    FROM n
   WHERE x.tenant_id = $1 AND x.event_id = ANY(ARRAY(SELECT event_id FROM n)) AND x.event_id = n.event_id
  RETURNING x.*, x.at < n.expired AS expired
)
SELECT e.event_id, e.kind, e.at, e.tries, e.expired, e.policy_id, p.name, e.agent_id, a.hostname, e.state,
       e.state_before, e.last_success_at, e.max_age_seconds, e.task_id, e.task_type, e.attempt, e.error_category,
       e.error_message
  FROM e
  JOIN policies p ON p.tenant_id = $1 AND p.policy_id = e.policy_id
  JOIN agents a ON a.tenant_id = $1 AND a.agent_id = e.agent_id
 ORDER BY e.at, e.event_id)"};

// $1 tenant, $2 delivered, or given up.
constinit const statement events_forget{"events_forget", R"(
DELETE FROM events WHERE tenant_id = $1 AND event_id = ANY($2::uuid[]))"};

// $1 tenant; arrays: $2 event, $3 its tries, $4 again after so many seconds. What another server took
// meanwhile is that one's.
constinit const statement events_again{"events_again", R"(
WITH w AS MATERIALIZED (
  SELECT u.event, u.tries, now() + u.after * interval '1 second' AS again
    FROM unnest($2::uuid[], $3::int[], $4::float8[]) AS u(event, tries, after)
)
UPDATE events x SET try_at = w.again
  FROM w WHERE x.tenant_id = $1 AND x.event_id = ANY($2::uuid[]) AND x.event_id = w.event AND x.tries = w.tries)"};

} // namespace holdfast::db::sql
