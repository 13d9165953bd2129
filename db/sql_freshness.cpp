#include "db/sql.hpp"
#include "db/sql_columns.hpp"

namespace holdfast::db::sql {

// $1 tenant, $2 limit, $3 policy and $4 agent before, $5 state, $6 policy, $7 agent; null: any.
constinit const statement freshness_list{"freshness_list", R"(
SELECT * FROM (
  SELECT g.policy_id, p.name, g.agent_id, a.hostname, )" HOLDFAST_FRESHNESS_STATE R"( AS state, g.assigned_at,
         g.last_success_at, g.last_success_task,
         floor(extract(epoch FROM now() - g.last_success_at))::bigint, p.max_age_seconds, coalesce(g.last_success_at, g.assigned_at) + p.max_age_seconds * interval '1 second'
    FROM policy_agents g
    JOIN policies p ON p.tenant_id = $1 AND p.policy_id = g.policy_id
    JOIN agents a ON a.tenant_id = $1 AND a.agent_id = g.agent_id
   WHERE g.tenant_id = $1 AND ($3::uuid IS NULL OR (g.policy_id, g.agent_id) < ($3, $4::uuid))
     AND ($6::uuid IS NULL OR g.policy_id = $6) AND ($7::uuid IS NULL OR g.agent_id = $7)
) AS f
 WHERE $5::text IS NULL OR f.state = $5
 ORDER BY f.policy_id DESC, f.agent_id DESC LIMIT $2::int)"};

// Of all tenants; $1: pairs at the most. For people and alarms, not for books.
constinit const statement freshness_count{"freshness_count", R"(
SELECT few.state, count(*) FROM (
  SELECT )" HOLDFAST_FRESHNESS_STATE R"( AS state
    FROM policy_agents g JOIN policies p ON p.tenant_id = g.tenant_id AND p.policy_id = g.policy_id
   LIMIT $1::int
) AS few GROUP BY few.state)"};

} // namespace holdfast::db::sql
