#include "db/sql.hpp"
#include "db/sql_columns.hpp"

// The four kinds of tasks that use a repository, each with the index of its own (indexes_apart).
#define HOLDFAST_USERS "FROM tasks t WHERE t.tenant_id = $1 AND t.repository_key "
#define HOLDFAST_CHECK_HOLDS                                                                                 \
    "AND t.status IN ('assigned', 'in-progress') AND t.task_type IN ('check', 'prune') "
#define HOLDFAST_BACKUP_HOLDS "AND t.status IN ('assigned', 'in-progress') AND t.task_type = 'backup' "
#define HOLDFAST_CHECK_WAITS "AND t.status = 'pending' AND t.task_type IN ('check', 'prune') "
#define HOLDFAST_BACKUP_WAITS "AND t.status = 'pending' AND t.task_type = 'backup' "

#define HOLDFAST_NEXT(kind) "(SELECT t.repository_key " HOLDFAST_USERS "< k.key " kind
#define HOLDFAST_HELD "AND $4::text IS DISTINCT FROM 'waiting' ORDER BY t.repository_key DESC LIMIT 1)"
#define HOLDFAST_WAITED "AND $4::text IS DISTINCT FROM 'held' ORDER BY t.repository_key DESC LIMIT 1)"
#define HOLDFAST_NEXT_KEYS                                                                                   \
    HOLDFAST_NEXT(HOLDFAST_CHECK_HOLDS)                                                                      \
    HOLDFAST_HELD " UNION ALL " HOLDFAST_NEXT(HOLDFAST_BACKUP_HOLDS) HOLDFAST_HELD                           \
        " UNION ALL " HOLDFAST_NEXT(HOLDFAST_CHECK_WAITS) HOLDFAST_WAITED                                    \
        " UNION ALL " HOLDFAST_NEXT(HOLDFAST_BACKUP_WAITS) HOLDFAST_WAITED

#define HOLDFAST_FEW(kind) "(SELECT t.task_id " HOLDFAST_USERS "= k.key " kind "LIMIT $6::int)"
#define HOLDFAST_FEW_HOLD HOLDFAST_FEW(HOLDFAST_CHECK_HOLDS) " UNION ALL " HOLDFAST_FEW(HOLDFAST_BACKUP_HOLDS)
#define HOLDFAST_FEW_WAIT HOLDFAST_FEW(HOLDFAST_CHECK_WAITS) " UNION ALL " HOLDFAST_FEW(HOLDFAST_BACKUP_WAITS)

#define HOLDFAST_USER                                                                                        \
    "SELECT t.repository, t.task_id, t.agent_id, t.policy_id, t.task_type, t.status, t.attempt, "            \
    "t.created_at, t.scheduled_for, t.not_before, t.assigned_at, t.lease_until, t.error_message, "           \
    "t.release_reason, t.order_at, t.repository_key " HOLDFAST_USERS "= k.key "
#define HOLDFAST_FIRST_HOLD(kind)                                                                            \
    "(SELECT * FROM (" HOLDFAST_USER kind "LIMIT $4::int) AS t ORDER BY t.assigned_at LIMIT $3::int)"
#define HOLDFAST_FIRST_WAIT(kind)                                                                            \
    "(" HOLDFAST_USER kind "ORDER BY t.order_at, t.created_at, t.task_id LIMIT $3::int)"
#define HOLDFAST_FIRST_USERS                                                                                 \
    HOLDFAST_FIRST_HOLD(HOLDFAST_CHECK_HOLDS)                                                                \
    " UNION ALL " HOLDFAST_FIRST_HOLD(HOLDFAST_BACKUP_HOLDS) " UNION ALL " HOLDFAST_FIRST_WAIT(              \
        HOLDFAST_CHECK_WAITS) " UNION ALL " HOLDFAST_FIRST_WAIT(HOLDFAST_BACKUP_WAITS)

namespace holdfast::db::sql {

// $1 tenant, $2 limit, $3 key before, $4 'held' or 'waiting', $5 repository; null: any; $6 counted at most.
// Goes from key to key in the indexes, whatever number of tasks has one.
constinit const statement repositories_in_use{"repositories_in_use", R"(
WITH RECURSIVE k(key, n) AS (
  SELECT coalesce()" HOLDFAST_REPOSITORY_KEY("$5::text") R"( + 1, $3::bigint), 0
  UNION ALL
  SELECT next.key, k.n + 1
    FROM k CROSS JOIN LATERAL (SELECT max(o.repository_key) AS key FROM ()" HOLDFAST_NEXT_KEYS
                                                         R"() AS o) AS next
   WHERE next.key IS NOT NULL AND k.n < $2::int
)
SELECT k.key, holding.count, waiting.count
  FROM k
 CROSS JOIN LATERAL (SELECT least(count(*), $6::int) AS count FROM ()" HOLDFAST_FEW_HOLD
                                                         R"() AS few) AS holding
 CROSS JOIN LATERAL (SELECT least(count(*), $6::int) AS count FROM ()" HOLDFAST_FEW_WAIT
                                                         R"() AS few) AS waiting
 WHERE k.n > 0 AND ($5 IS NULL OR k.key = )" HOLDFAST_REPOSITORY_KEY("$5") R"()
 ORDER BY k.key DESC)"};

// $1 tenant, $2 keys, $3 shown at most of each kind, $4 looked at: their tasks with what stands around those
// that wait, as tasks_around and tasks_holders tell it.
constinit const statement repositories_users{"repositories_users", R"(
WITH u AS MATERIALIZED (
  SELECT t.* FROM unnest($2::bigint[]) AS k(key) CROSS JOIN LATERAL ()" HOLDFAST_FIRST_USERS R"() AS t
)
SELECT u.repository_key, u.repository, u.task_id, u.agent_id, u.policy_id, u.task_type, u.status, u.attempt,
       u.created_at, u.scheduled_for, u.not_before, u.assigned_at, u.lease_until, u.error_message, u.release_reason,
       NOT EXISTS (SELECT FROM policies p WHERE p.tenant_id = $1 AND p.policy_id = u.policy_id
                      AND p.deleted_at IS NULL AND NOT p.enabled OFFSET 0),
       now(), h.held, h.of_type,
       (SELECT count(*) FROM (
          SELECT FROM tasks b
           WHERE b.tenant_id = $1 AND b.agent_id = u.agent_id AND b.status = 'pending' AND b.order_at <= now()
             AND u.status = 'pending' AND (b.not_before IS NULL OR b.not_before <= now())
             AND (b.order_at, b.created_at, b.task_id) < (u.order_at, u.created_at, u.task_id) LIMIT 1000) AS few),
       c.task_id, c.agent_id, c.task_type
  FROM u CROSS JOIN LATERAL (
       SELECT count(*) AS held, count(*) FILTER (WHERE o.task_type = u.task_type) AS of_type
         FROM tasks o
        WHERE o.tenant_id = $1 AND o.agent_id = u.agent_id AND o.status IN ('assigned', 'in-progress')
          AND u.status = 'pending') AS h
  LEFT JOIN LATERAL (
       SELECT e.task_id, e.agent_id, e.task_type
         FROM repositories r JOIN tasks e ON e.tenant_id = $1 AND e.task_id = r.claim_task
        WHERE r.tenant_id = $1 AND r.repository_key = u.repository_key AND r.claim_until > now()
          AND u.status = 'pending' AND e.status = 'pending' AND (e.not_before IS NULL OR e.not_before <= now())
          AND (e.order_at, e.created_at, e.task_id) < (u.order_at, u.created_at, u.task_id)
        LIMIT 1) AS c ON true
 ORDER BY u.status = 'pending', CASE WHEN u.status = 'pending' THEN u.order_at ELSE u.assigned_at END, u.created_at,
       u.task_id)"};

} // namespace holdfast::db::sql
