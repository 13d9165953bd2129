#include "db/sql.hpp"
#include "db/sql_columns.hpp"

namespace holdfast::db::sql {

// $1 tenant, $2 silence (s), $3 counted at most of each kind.
constinit const statement overview_counts{"overview_counts", R"(
WITH c AS MATERIALIZED (
  SELECT now() AS at, now() - $2::int * interval '1 second' AS heard_since
), a AS MATERIALIZED (
  SELECT k.last_seen_at, a.paused_at, a.paused_until
    FROM agents a LEFT JOIN agent_contacts k ON k.tenant_id = $1 AND k.agent_id = a.agent_id
   WHERE a.tenant_id = $1 AND a.deleted_at IS NULL LIMIT $3::int
), w AS MATERIALIZED (
  SELECT greatest(order_at, not_before) AS due_at
    FROM tasks WHERE tenant_id = $1 AND status = 'pending' AND agent_id IS NOT NULL LIMIT $3::int
), h AS MATERIALIZED (
  SELECT status FROM tasks
   WHERE tenant_id = $1 AND status IN ('assigned', 'in-progress') AND agent_id IS NOT NULL LIMIT $3::int
), g AS MATERIALIZED (
  SELECT freshness_state FROM policy_agents WHERE tenant_id = $1 LIMIT $3::int
)
SELECT c.at, agents.*, waiting.*, held.*, fresh.*
  FROM c,
       (SELECT count(*) FILTER (WHERE a.last_seen_at > c.heard_since) AS online,
               count(*) FILTER (WHERE coalesce(a.last_seen_at <= c.heard_since, true)) AS offline,
               count(*) FILTER (WHERE a.paused_at IS NOT NULL AND coalesce(a.paused_until > c.at, true)) AS paused
          FROM a, c) AS agents,
       (SELECT count(*) AS pending, count(*) FILTER (WHERE w.due_at <= c.at) AS due
          FROM w, c) AS waiting,
       (SELECT count(*) FILTER (WHERE h.status = 'assigned') AS assigned,
               count(*) FILTER (WHERE h.status = 'in-progress') AS running
          FROM h) AS held,
       (SELECT count(*) FILTER (WHERE g.freshness_state = 'fresh') AS fresh,
               count(*) FILTER (WHERE g.freshness_state = 'late') AS late,
               count(*) FILTER (WHERE g.freshness_state = 'stale') AS stale,
               count(*) FILTER (WHERE g.freshness_state = 'never') AS never
          FROM g) AS fresh)"};

// $1 tenant, $2 counted at most. Ids of tasks are ordered by the time at which they were made.
constinit const statement overview_minutes{"overview_minutes", R"(
WITH c AS MATERIALIZED (
  SELECT )" HOLDFAST_UUID_OF("now() - interval '1 hour'") R"( AS first
), t AS MATERIALIZED (
  SELECT created_at, status FROM tasks
   WHERE tenant_id = $1 AND task_id >= (SELECT first FROM c) ORDER BY task_id DESC LIMIT $2::int
)
SELECT date_trunc('minute', created_at), count(*), count(*) FILTER (WHERE status = 'completed'),
       count(*) FILTER (WHERE status = 'failed')
  FROM t GROUP BY 1 ORDER BY 1)"};

} // namespace holdfast::db::sql
