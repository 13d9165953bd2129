// What goes by its age. Two statements for each kind: the tenants that have some, and the step for one.
#include "db/sql.hpp"
#include "db/sql_columns.hpp"

// A task is found by its id, which is not younger than the task: no index for the age is needed.
#define HOLDFAST_OLD(days)                                                                                   \
    "SELECT o.at, " HOLDFAST_UUID_OF("o.at") " AS id FROM (SELECT now() - " days                             \
                                             "::int * interval '1 day' AS at) AS o"

namespace holdfast::db::sql {

// The tenants: $1 at the most, $2 days. The step: $1 tenant, $2 at the most, $3 days.

constinit const statement sessions_tenants{"sessions_tenants", R"(
SELECT DISTINCT tenant_id FROM sessions WHERE seen_at < now() - $2::int * interval '1 day' LIMIT $1::int)"};

constinit const statement sessions_forget{"sessions_forget", R"(
WITH o AS MATERIALIZED (SELECT now() - $3::int * interval '1 day' AS at)
DELETE FROM sessions WHERE tenant_id = $1 AND (agent_id, session) IN (
  SELECT s.agent_id, s.session FROM o JOIN sessions s ON s.tenant_id = $1 AND s.seen_at < o.at
   LIMIT $2::int FOR UPDATE OF s SKIP LOCKED))"};

constinit const statement idempotency_tenants{"idempotency_tenants", R"(
SELECT DISTINCT tenant_id FROM idempotency_keys WHERE created_at < now() - $2::int * interval '1 day'
 LIMIT $1::int)"};

constinit const statement idempotency_forget{"idempotency_forget", R"(
WITH o AS MATERIALIZED (SELECT now() - $3::int * interval '1 day' AS at)
DELETE FROM idempotency_keys WHERE tenant_id = $1 AND key = ANY(ARRAY(
  SELECT k.key FROM o JOIN idempotency_keys k ON k.tenant_id = $1 AND k.created_at < o.at
   LIMIT $2::int FOR UPDATE OF k SKIP LOCKED)))"};

constinit const statement events_old_tenants{"events_old_tenants", R"(
SELECT DISTINCT tenant_id FROM events WHERE at < now() - $2::int * interval '1 day' LIMIT $1::int)"};

// What no server has a webhook for.
constinit const statement events_old_forget{"events_old_forget", R"(
WITH o AS MATERIALIZED (SELECT now() - $3::int * interval '1 day' AS at)
DELETE FROM events WHERE tenant_id = $1 AND event_id = ANY(ARRAY(
  SELECT e.event_id FROM o JOIN events e ON e.tenant_id = $1 AND e.at < o.at
   LIMIT $2::int FOR UPDATE OF e SKIP LOCKED)))"};

constinit const statement logs_tenants{"logs_tenants", "WITH o AS MATERIALIZED (" HOLDFAST_OLD("$2") R"()
SELECT n.tenant_id FROM o CROSS JOIN tenants n CROSS JOIN LATERAL (
  SELECT FROM task_logs l JOIN tasks t ON t.tenant_id = l.tenant_id AND t.task_id = l.task_id
   WHERE l.tenant_id = n.tenant_id AND l.task_id < o.id AND t.completed_at < o.at LIMIT 1) AS old
 LIMIT $1::int)"};

// Logs of so many tasks.
constinit const statement logs_forget{"logs_forget", "WITH o AS MATERIALIZED (" HOLDFAST_OLD("$3") R"()
DELETE FROM task_logs WHERE tenant_id = $1 AND task_id = ANY(ARRAY(
  SELECT DISTINCT l.task_id FROM o JOIN task_logs l ON l.tenant_id = $1 AND l.task_id < o.id
    JOIN tasks t ON t.tenant_id = $1 AND t.task_id = l.task_id AND t.completed_at < o.at
   ORDER BY l.task_id LIMIT $2::int)))"};

constinit const statement tasks_tenants{"tasks_tenants", "WITH o AS MATERIALIZED (" HOLDFAST_OLD("$2") R"()
SELECT n.tenant_id FROM o CROSS JOIN tenants n CROSS JOIN LATERAL (
  SELECT FROM tasks t
   WHERE t.tenant_id = n.tenant_id AND t.task_id < o.id AND t.completed_at < o.at LIMIT 1) AS old
 LIMIT $1::int)"};

// What is not over is not old, whatever its age.
constinit const statement tasks_forget{"tasks_forget", "WITH o AS MATERIALIZED (" HOLDFAST_OLD("$3") R"()
DELETE FROM tasks WHERE tenant_id = $1 AND task_id = ANY(ARRAY(
  SELECT t.task_id FROM o JOIN tasks t ON t.tenant_id = $1 AND t.task_id < o.id AND t.completed_at < o.at
   ORDER BY t.task_id LIMIT $2::int FOR UPDATE OF t SKIP LOCKED)))"};

constinit const statement audit_tenants{"audit_tenants", "WITH o AS MATERIALIZED (" HOLDFAST_OLD("$2") R"()
SELECT n.tenant_id FROM o CROSS JOIN tenants n CROSS JOIN LATERAL (
  SELECT FROM audit a WHERE a.tenant_id = n.tenant_id AND a.audit_id < o.id LIMIT 1) AS old
 LIMIT $1::int)"};

constinit const statement audit_forget{"audit_forget", "WITH o AS MATERIALIZED (" HOLDFAST_OLD("$3") R"()
DELETE FROM audit WHERE tenant_id = $1 AND audit_id = ANY(ARRAY(
  SELECT a.audit_id FROM o JOIN audit a ON a.tenant_id = $1 AND a.audit_id < o.id
   ORDER BY a.audit_id LIMIT $2::int FOR UPDATE OF a SKIP LOCKED)))"};

} // namespace holdfast::db::sql
