#include "db/sql.hpp"
#include "db/sql_columns.hpp"

// Heard of within $2 seconds.
#define HOLDFAST_AGENT_ONLINE "coalesce(k.last_seen_at > now() - $2::int * interval '1 second', false)"

#define HOLDFAST_AGENT_PAUSED                                                                                \
    "(a.paused_at IS NOT NULL AND (a.paused_until IS NULL OR a.paused_until > now()))"

// What read_control() in agent_store.cpp reads, in this order.
#define HOLDFAST_AGENT_CONTROL                                                                               \
    "a.max_tasks, a.max_backups, a.max_checks, a.max_prunes, a.paused_at, a.paused_until, "                  \
    "a.pause_note, " HOLDFAST_AGENT_PAUSED

#define HOLDFAST_RUNNING_TASKS                                                                               \
    "FROM tasks t WHERE t.tenant_id = $1 AND t.agent_id = a.agent_id AND t.status IN ('assigned', "          \
    "'in-progress') AND t.status = 'in-progress'"

// What read_agent() reads, in this order.
#define HOLDFAST_AGENT_COLUMNS                                                                               \
    "a.agent_id, a.hostname, a.os, a.arch, a.version, a.ip, a.metadata, a.registered_at, "                   \
    "a.updated_at, " HOLDFAST_AGENT_CONTROL ", k.last_seen_at, " HOLDFAST_AGENT_ONLINE                       \
    ", k.uptime_seconds, k.last_backup_status, k.disks, (SELECT count(*) " HOLDFAST_RUNNING_TASKS "), "      \
    "(SELECT count(DISTINCT s.address) > 1 FROM sessions s WHERE s.tenant_id = $1 AND "                      \
    "s.agent_id = a.agent_id AND s.seen_at > now() - interval '2 minutes')"

#define HOLDFAST_AGENT_FROM                                                                                  \
    " FROM agents a LEFT JOIN agent_contacts k ON k.tenant_id = $1 AND k.agent_id = a.agent_id "             \
    "WHERE a.tenant_id = $1 AND a.deleted_at IS NULL"

namespace holdfast::db::sql {

// $1 tenant, $2 agent, $3 hostname, $4 os, $5 arch, $6 version, $7 ip, $8 metadata, $9 enroll token, $10 the
// agent's own token, $11 its hash. Answers whether the enroll token is not used up, and the agent, null where
// its hostname is taken. The lock lets one registration by this token be judged after the other.
constinit const statement agents_enroll{"agents_enroll", R"(
WITH t AS MATERIALIZED (
  SELECT token_id FROM tokens
   WHERE tenant_id = $1 AND token_id = $9::uuid AND revoked_at IS NULL AND (max_uses IS NULL OR uses < max_uses)
     FOR UPDATE
), made AS (
  INSERT INTO agents (tenant_id, agent_id, hostname, enrolled_by, os, arch, version, ip, metadata)
  SELECT $1::uuid, $2::uuid, $3::text, 'enroll', $4::text, $5::text, $6::text, $7::text, $8::jsonb FROM t
  ON CONFLICT (tenant_id, lower(hostname)) WHERE deleted_at IS NULL DO NOTHING
  RETURNING agent_id, registered_at, updated_at
), used AS (
  UPDATE tokens SET uses = uses + 1
   WHERE tenant_id = $1 AND token_id = ANY(ARRAY(SELECT token_id FROM t)) AND EXISTS (SELECT FROM made)
), own AS (
  INSERT INTO tokens (tenant_id, token_id, token_hash, kind, name, agent_id)
  SELECT $1::uuid, $10::uuid, $11::bytea, 'agent', $3::text, agent_id FROM made
), met AS (
  INSERT INTO agent_contacts (tenant_id, agent_id, last_seen_at) SELECT $1::uuid, agent_id, now() FROM made
)
SELECT EXISTS (SELECT FROM t), m.agent_id, m.registered_at, m.updated_at
  FROM (SELECT) AS one LEFT JOIN made m ON true)"};

// $1 tenant, $2 agent, $3 hostname, $4 os, $5 arch, $6 version, $7 ip, $8 metadata, $9 fleet token or null,
// $10 notes. A known hostname keeps its agent, and its details where nothing new is said. Answers whether the
// row is new. No row: the hostname belongs to an agent with a token of its own.
constinit const statement agents_register{"agents_register",
                                          R"(
WITH made AS (
  INSERT INTO agents AS a (tenant_id, agent_id, hostname, enrolled_by, os, arch, version, ip, metadata, updated_at)
  VALUES ($1, $2, $3, 'shared', $4, $5, $6, $7, $8::jsonb, now())
  ON CONFLICT (tenant_id, lower(hostname)) WHERE deleted_at IS NULL DO UPDATE
     SET os = coalesce(nullif(excluded.os, ''), a.os), arch = coalesce(nullif(excluded.arch, ''), a.arch),
         version = coalesce(nullif(excluded.version, ''), a.version), ip = coalesce(nullif(excluded.ip, ''), a.ip),
         metadata = coalesce(excluded.metadata, a.metadata), updated_at = excluded.updated_at
   WHERE a.enrolled_by = 'shared'
  RETURNING a.agent_id, a.registered_at, a.updated_at, (xmax = 0) AS created
), joined AS (
  INSERT INTO fleet_members (tenant_id, token_id, agent_id)
  SELECT $1::uuid, $9::uuid, agent_id FROM made WHERE $9::uuid IS NOT NULL
  ON CONFLICT DO NOTHING
), met AS (
  INSERT INTO agent_contacts (tenant_id, agent_id, last_seen_at) SELECT $1::uuid, agent_id, now() FROM made
  ON CONFLICT (tenant_id, agent_id) DO UPDATE SET last_seen_at = excluded.last_seen_at
), noted AS (
  )" HOLDFAST_AUDIT_OF("agent_id", "$10", "made",
                                          "jsonb_build_object('hostname', $3::text, 'created', created)") R"(
)
SELECT agent_id, registered_at, updated_at, created FROM made)"};

// $1 tenant, $2 agent, $3 hostname, $4 os, $5 arch, $6 version, $7 ip, $8 metadata: an agent that registers
// again, by its own token. No row: that is not its hostname.
constinit const statement agents_register_again{"agents_register_again", R"(
UPDATE agents a
   SET os = coalesce(nullif($4, ''), a.os), arch = coalesce(nullif($5, ''), a.arch),
       version = coalesce(nullif($6, ''), a.version), ip = coalesce(nullif($7, ''), a.ip),
       metadata = coalesce($8::jsonb, a.metadata), updated_at = now()
 WHERE a.tenant_id = $1 AND a.agent_id = $2::uuid AND a.deleted_at IS NULL AND lower(a.hostname) = lower($3)
RETURNING a.agent_id, a.registered_at, a.updated_at)"};

// $1 tenant, $2 silence (s), $3 agent.
constinit const statement agents_get{
    "agents_get", "SELECT " HOLDFAST_AGENT_COLUMNS ", ARRAY(SELECT t.task_id " HOLDFAST_RUNNING_TASKS
                  " ORDER BY t.task_id)" HOLDFAST_AGENT_FROM " AND a.agent_id = $3::uuid"};

// $1 tenant, $2 silence (s), $3 agents.
constinit const statement agents_get_all{"agents_get_all",
                                         "SELECT " HOLDFAST_AGENT_COLUMNS HOLDFAST_AGENT_FROM
                                         " AND a.agent_id = ANY($3::uuid[])"};

// $1 tenant, $2 silence (s), $3 before, $4 limit, $5 online, $6 paused, $7 part of the hostname; null: any.
constinit const statement agents_list{"agents_list", "SELECT " HOLDFAST_AGENT_COLUMNS HOLDFAST_AGENT_FROM
                                                     R"(
   AND ($3::uuid IS NULL OR a.agent_id < $3) AND ($5::bool IS NULL OR $5 = )" HOLDFAST_AGENT_ONLINE R"()
   AND ($6::bool IS NULL OR $6 = )" HOLDFAST_AGENT_PAUSED R"()
   AND ($7::text IS NULL OR strpos(lower(a.hostname), lower($7)) > 0)
 ORDER BY a.agent_id DESC LIMIT $4::int)"};

// $1 tenant, $2 agent. The lock keeps out what must not meet a deletion: new tasks, tokens, assignments.
constinit const statement agents_lock{"agents_lock", "SELECT now(), " HOLDFAST_AGENT_CONTROL R"(
  FROM agents a WHERE a.tenant_id = $1 AND a.agent_id = $2::uuid AND a.deleted_at IS NULL FOR UPDATE)"};

// $1 tenant, $2 agent, $3 to $6 limits, $7 paused at, $8 until, $9 note.
constinit const statement agents_configure{"agents_configure", R"(
UPDATE agents
   SET max_tasks = $3, max_backups = $4, max_checks = $5, max_prunes = $6, paused_at = $7, paused_until = $8,
       pause_note = $9, updated_at = now()
 WHERE tenant_id = $1 AND agent_id = $2::uuid AND deleted_at IS NULL)"};

// $1 tenant, $2 agent, which is about to be deleted: nobody is left to be told to stop. Answers the
// tasks, and whom each wakes.
constinit const statement agents_cancel_tasks{"agents_cancel_tasks", R"(
WITH c AS MATERIALIZED (
  SELECT task_id, status <> 'pending' AS held, now() AS at FROM tasks
   WHERE tenant_id = $1 AND agent_id = $2::uuid AND status IN ('pending', 'assigned', 'in-progress')
   ORDER BY task_id FOR UPDATE
), z AS (
  UPDATE tasks x
     SET status = 'cancelled', completed_at = c.at, lease_until = NULL, session = NULL, poll_id = NULL,
         not_before = NULL,
         history = )" HOLDFAST_HISTORY("c.at", "'cancelled'", "'cancelled'", "x.attempt", "$3::jsonb") R"(
    FROM c
   WHERE x.tenant_id = $1 AND x.task_id = ANY(ARRAY(SELECT task_id FROM c)) AND x.task_id = c.task_id
  RETURNING x.task_id, x.repository_key, x.task_type, c.held
)
SELECT z.task_id, CASE WHEN z.held THEN )" HOLDFAST_REPOSITORY_WAITERS("z.repository_key",
                                                                       "z.task_type") " END FROM z"};

// $1 tenant, $2 agent, $3 notes. No row: it has open tasks. Its finished ones stay, and so does its row
// behind them.
constinit const statement agents_delete{"agents_delete", R"(
WITH gone AS (
  UPDATE agents a SET deleted_at = now()
   WHERE a.tenant_id = $1 AND a.agent_id = $2::uuid AND a.deleted_at IS NULL
     AND NOT EXISTS (SELECT FROM tasks t WHERE t.tenant_id = $1 AND t.agent_id = $2::uuid
                        AND t.status IN ('pending', 'assigned', 'in-progress'))
  RETURNING a.agent_id, a.hostname
), revoked AS (
  UPDATE tokens SET revoked_at = now()
   WHERE tenant_id = $1 AND agent_id = ANY(ARRAY(SELECT agent_id FROM gone)) AND revoked_at IS NULL
), left_fleets AS (
  DELETE FROM fleet_members WHERE tenant_id = $1 AND agent_id = ANY(ARRAY(SELECT agent_id FROM gone))
), unassigned AS (
  DELETE FROM policy_agents WHERE tenant_id = $1 AND agent_id = ANY(ARRAY(SELECT agent_id FROM gone))
), forgotten AS (
  DELETE FROM agent_contacts WHERE tenant_id = $1 AND agent_id = ANY(ARRAY(SELECT agent_id FROM gone))
), closed AS (
  DELETE FROM sessions WHERE tenant_id = $1 AND agent_id = ANY(ARRAY(SELECT agent_id FROM gone))
), noted AS (
  )" HOLDFAST_AUDIT("$3", "gone", "jsonb_build_object('hostname', hostname)") R"(
)
SELECT agent_id FROM gone)"};

constinit const statement agents_exists{"agents_exists", R"(
SELECT 1 FROM agents WHERE tenant_id = $1 AND agent_id = $2::uuid AND deleted_at IS NULL)"};

// $1 tenant, $2 agents, each once.
constinit const statement agents_touch{"agents_touch", R"(
INSERT INTO agent_contacts (tenant_id, agent_id, last_seen_at)
SELECT a.tenant_id, a.agent_id, now()
  FROM unnest($2::uuid[]) AS u(agent) JOIN agents a ON a.tenant_id = $1 AND a.agent_id = u.agent
 WHERE a.agent_id = ANY($2::uuid[]) AND a.deleted_at IS NULL
 ORDER BY a.agent_id
ON CONFLICT (tenant_id, agent_id) DO UPDATE SET last_seen_at = excluded.last_seen_at)"};

// $1 tenant; arrays, each agent once: $2 agent, $3 uptime, $4 last backup, $5 disks. Null: as it was.
constinit const statement agents_contact{"agents_contact", R"(
INSERT INTO agent_contacts AS k (tenant_id, agent_id, last_seen_at, uptime_seconds, last_backup_status, disks)
SELECT a.tenant_id, a.agent_id, now(), u.uptime, u.backup, u.disks
  FROM unnest($2::uuid[], $3::bigint[], $4::text[], $5::jsonb[]) AS u(agent, uptime, backup, disks)
  JOIN agents a ON a.tenant_id = $1 AND a.agent_id = u.agent
 WHERE a.agent_id = ANY($2::uuid[]) AND a.deleted_at IS NULL
 ORDER BY a.agent_id
ON CONFLICT (tenant_id, agent_id) DO UPDATE
   SET last_seen_at = excluded.last_seen_at, uptime_seconds = coalesce(excluded.uptime_seconds, k.uptime_seconds),
       last_backup_status = coalesce(excluded.last_backup_status, k.last_backup_status),
       disks = coalesce(excluded.disks, k.disks))"};

// $1 tenant; arrays: $2 agent, $3 os, $4 arch, $5 version. Touches only rows that differ.
constinit const statement agents_details{"agents_details", R"(
WITH w AS MATERIALIZED (
  SELECT u.*, now() AS at FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[]) AS u(agent, os, arch, version)
)
UPDATE agents a
   SET os = coalesce(nullif(w.os, ''), a.os), arch = coalesce(nullif(w.arch, ''), a.arch),
       version = coalesce(nullif(w.version, ''), a.version), updated_at = w.at
  FROM w
 WHERE a.tenant_id = $1 AND a.agent_id = ANY($2::uuid[]) AND a.agent_id = w.agent AND a.deleted_at IS NULL
   AND ((w.os <> '' AND w.os <> a.os) OR (w.arch <> '' AND w.arch <> a.arch)
        OR (w.version <> '' AND w.version <> a.version)))"};

// $1 tenant; arrays: $2 agents that name no tasks, $3 agent and $4 task of those that do; $5 run lease (s).
constinit const statement agents_renew_leases{"agents_renew_leases", R"(
WITH c AS MATERIALIZED (
  SELECT t.task_id, now() + $5::int * interval '1 second' AS lease FROM tasks t
   WHERE t.tenant_id = $1 AND t.agent_id = ANY($2::uuid[]) AND t.status IN ('assigned', 'in-progress')
     AND t.status = 'in-progress'
  UNION ALL
  SELECT t.task_id, now() + $5::int * interval '1 second'
    FROM unnest($3::uuid[], $4::uuid[]) AS u(agent, task)
    JOIN tasks t ON t.tenant_id = $1 AND t.task_id = u.task AND t.agent_id = u.agent
   WHERE t.task_id = ANY($4::uuid[]) AND t.status = 'in-progress'
)
UPDATE tasks x SET lease_until = c.lease FROM c
 WHERE x.tenant_id = $1 AND x.task_id = ANY(ARRAY(SELECT task_id FROM c)) AND x.task_id = c.task_id
   AND x.status = 'in-progress')"};

constinit const statement fleet_is_member{"fleet_is_member", R"(
SELECT 1 FROM fleet_members WHERE tenant_id = $1 AND token_id = $2::uuid AND agent_id = $3::uuid)"};

} // namespace holdfast::db::sql
