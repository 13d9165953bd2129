#include "db/sql.hpp"
#include "db/sql_columns.hpp"

#define HOLDFAST_POLICY_COLUMNS                                                                              \
    "p.policy_id, p.name, p.description, p.schedule, p.check_schedule, p.prune_schedule, p.timezone, "       \
    "p.spread_seconds, p.overlap, p.on_missed, p.min_gap_seconds, p.max_age_seconds, p.include_paths, "      \
    "p.exclude_paths, p.repository, p.repository_spec, p.retention, p.execution_params, p.max_attempts, "    \
    "p.enabled, p.created_at, p.updated_at"

// The fields of f that p has otherwise, by their names on the wire: never what they hold.
#define HOLDFAST_POLICY_CHANGES                                                                              \
    "coalesce((SELECT jsonb_agg(DISTINCT lower(left(c.name, 1)) || substr(c.name, 2)) FROM ("                \
    "SELECT replace(initcap(regexp_replace(n.key, '_spec$', '')), '_', '') AS name"                          \
    " FROM jsonb_each(to_jsonb(p)) AS n WHERE n.key <> 'updated_at' AND to_jsonb(f) -> n.key <> n.value"     \
    ") AS c), '[]'::jsonb)"

namespace holdfast::db::sql {

// $1 tenant, then the columns in their order up to enabled, $22 notes. No row: the name is taken.
constinit const statement policies_create{"policies_create", R"(
WITH p AS (
  INSERT INTO policies (tenant_id, policy_id, name, description, schedule, check_schedule, prune_schedule,
                        timezone, spread_seconds, overlap, on_missed, min_gap_seconds, max_age_seconds,
                        include_paths, exclude_paths, repository, repository_spec, retention, execution_params,
                        max_attempts, enabled)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)
  ON CONFLICT (tenant_id, name) WHERE deleted_at IS NULL DO NOTHING
  RETURNING *
), noted AS (
  )" HOLDFAST_AUDIT("$22", "p", "jsonb_build_object('name', p.name)") R"(
)
SELECT )" HOLDFAST_POLICY_COLUMNS " FROM p"};

// As above, after policies_lock, which keeps assignments out. No row: there is no such policy. A name that is
// taken is a unique violation. A new timetable begins now, another age is judged now.
constinit const statement policies_replace{"policies_replace", R"(
WITH f AS MATERIALIZED (
  SELECT *, now() AS at,
         (schedule, check_schedule, prune_schedule, timezone, spread_seconds, enabled)
         IS DISTINCT FROM ($5, $6, $7, $8, $9, $21) AS anew,
         max_age_seconds IS DISTINCT FROM $13 AS other_age
    FROM policies WHERE tenant_id = $1 AND policy_id = $2::uuid AND deleted_at IS NULL
), g AS MATERIALIZED (
  SELECT g.agent_id, f.at, f.anew, f.other_age
    FROM f JOIN policy_agents g ON g.tenant_id = $1 AND g.policy_id = f.policy_id
   WHERE (f.anew OR f.other_age)
   ORDER BY g.agent_id FOR UPDATE OF g
), changed AS (
  UPDATE policy_agents x
     SET settled_until = CASE WHEN g.anew THEN g.at ELSE x.settled_until END,
         next_run_at = CASE WHEN g.anew THEN g.at ELSE x.next_run_at END,
         judge_at = CASE WHEN g.other_age THEN g.at ELSE x.judge_at END
    FROM g WHERE x.tenant_id = $1 AND x.policy_id = $2 AND x.agent_id = g.agent_id
), p AS (
  UPDATE policies x
     SET name = $3, description = $4, schedule = $5, check_schedule = $6, prune_schedule = $7, timezone = $8,
         spread_seconds = $9, overlap = $10, on_missed = $11, min_gap_seconds = $12, max_age_seconds = $13,
         include_paths = $14, exclude_paths = $15, repository = $16, repository_spec = $17, retention = $18,
         execution_params = $19, max_attempts = $20, enabled = $21, updated_at = f.at
    FROM f WHERE x.tenant_id = $1 AND x.policy_id = $2 AND x.policy_id = f.policy_id
  RETURNING x.*
), d AS MATERIALIZED (
  SELECT p.name, )" HOLDFAST_POLICY_CHANGES R"( AS changed FROM f JOIN p ON p.policy_id = f.policy_id
), noted AS (
  )" HOLDFAST_AUDIT("$22", "d", "jsonb_build_object('name', d.name, 'changed', d.changed)") R"(
   WHERE d.changed <> '[]'
)
SELECT )" HOLDFAST_POLICY_COLUMNS " FROM p"};

constinit const statement policies_get{"policies_get", "SELECT " HOLDFAST_POLICY_COLUMNS R"( FROM policies p
 WHERE p.tenant_id = $1 AND p.policy_id = $2::uuid AND p.deleted_at IS NULL)"};

// $1 tenant, $2 before, $3 limit.
constinit const statement policies_list{"policies_list", "SELECT " HOLDFAST_POLICY_COLUMNS R"( FROM policies p
 WHERE p.tenant_id = $1 AND p.deleted_at IS NULL AND ($2::uuid IS NULL OR p.policy_id < $2)
 ORDER BY p.policy_id DESC LIMIT $3::int)"};

// $1 tenant, $2 policy. The lock keeps assignments out until the deletion, which sees those before it. Not so
// new tasks, whose key asks for the policy: their maker may hold rows of policy_agents that a replacement
// waits for.
constinit const statement policies_lock{"policies_lock", R"(
SELECT 1 FROM policies WHERE tenant_id = $1 AND policy_id = $2::uuid AND deleted_at IS NULL FOR NO KEY UPDATE)"};

// $1 tenant, $2 policy, $3 notes. No row: it is assigned.
constinit const statement policies_delete{"policies_delete", R"(
WITH gone AS (
  UPDATE policies p SET deleted_at = now()
   WHERE p.tenant_id = $1 AND p.policy_id = $2::uuid AND p.deleted_at IS NULL
     AND NOT EXISTS (SELECT FROM policy_agents g WHERE g.tenant_id = $1 AND g.policy_id = $2::uuid)
  RETURNING p.policy_id, p.name
), noted AS (
  )" HOLDFAST_AUDIT("$3", "gone", "jsonb_build_object('name', name)") R"(
)
SELECT policy_id FROM gone)"};

// $1 tenant, $2 policy, $3 agent, $4 notes. Answers whether there is such a policy, and such an agent; the
// locks keep deletions of both out.
constinit const statement policy_agents_assign{"policy_agents_assign", R"(
WITH p AS MATERIALIZED (
  SELECT tenant_id, policy_id FROM policies
   WHERE tenant_id = $1 AND policy_id = $2::uuid AND deleted_at IS NULL FOR SHARE
), a AS MATERIALIZED (
  SELECT tenant_id, agent_id FROM agents
   WHERE tenant_id = $1 AND agent_id = $3::uuid AND deleted_at IS NULL FOR KEY SHARE
), made AS (
  INSERT INTO policy_agents (tenant_id, policy_id, agent_id, assigned_at, settled_until, next_run_at)
  SELECT p.tenant_id, p.policy_id, a.agent_id, now(), now(), now() FROM p JOIN a ON a.tenant_id = p.tenant_id
  ON CONFLICT (tenant_id, policy_id, agent_id) DO NOTHING
  RETURNING agent_id
), noted AS (
  )" HOLDFAST_AUDIT("$4", "made", "'{}'") R"(
)
SELECT EXISTS (SELECT FROM p), EXISTS (SELECT FROM a))"};

// As above.
constinit const statement policy_agents_unassign{"policy_agents_unassign", R"(
WITH gone AS (
  DELETE FROM policy_agents WHERE tenant_id = $1 AND policy_id = $2::uuid AND agent_id = $3::uuid
  RETURNING agent_id
), noted AS (
  )" HOLDFAST_AUDIT("$4", "gone", "'{}'") R"(
)
SELECT EXISTS (SELECT FROM policies WHERE tenant_id = $1 AND policy_id = $2::uuid AND deleted_at IS NULL),
       EXISTS (SELECT FROM agents WHERE tenant_id = $1 AND agent_id = $3::uuid AND deleted_at IS NULL))"};

// $1 tenant, $2 policy, $3 before, $4 limit.
constinit const statement policy_agents_list{"policy_agents_list", R"(
SELECT g.agent_id, a.hostname, g.assigned_at
  FROM policy_agents g JOIN agents a ON a.tenant_id = $1 AND a.agent_id = g.agent_id
 WHERE g.tenant_id = $1 AND g.policy_id = $2::uuid AND ($3::uuid IS NULL OR g.agent_id < $3)
 ORDER BY g.agent_id DESC LIMIT $4::int)"};

// $1 tenant, $2 agent.
constinit const statement policies_of_agent{"policies_of_agent", "SELECT " HOLDFAST_POLICY_COLUMNS R"(
  FROM policy_agents g JOIN policies p ON p.tenant_id = $1 AND p.policy_id = g.policy_id
 WHERE g.tenant_id = $1 AND g.agent_id = $2::uuid ORDER BY p.policy_id)"};

} // namespace holdfast::db::sql
