#include "db/sql.hpp"

namespace holdfast::db::sql {

// $1 tenant, $2 task: what read_surroundings() reads.
constinit const statement tasks_around{"tasks_around", R"(
SELECT now(), t.release_reason, h.held, h.of_type,
       (SELECT count(*) FROM (
          SELECT FROM tasks b
           WHERE b.tenant_id = $1 AND b.agent_id = t.agent_id AND b.status = 'pending' AND b.order_at <= now()
             AND (b.not_before IS NULL OR b.not_before <= now())
             AND (b.order_at, b.created_at, b.task_id) < (t.order_at, t.created_at, t.task_id) LIMIT 1000) AS few),
       t.history
  FROM tasks t CROSS JOIN LATERAL (
       SELECT count(*) AS held, count(*) FILTER (WHERE o.task_type = t.task_type) AS of_type
         FROM tasks o
        WHERE o.tenant_id = $1 AND o.agent_id = t.agent_id AND o.status IN ('assigned', 'in-progress')) h
 WHERE t.tenant_id = $1 AND t.task_id = $2::uuid)"};

// $1 tenant, $2 task. The tasks that have its repository, and the one that is next; in the way of a backup is
// only what is exclusive.
constinit const statement tasks_holders{"tasks_holders", R"(
(SELECT o.task_id, o.agent_id, o.task_type, false
   FROM tasks t JOIN tasks o ON o.tenant_id = $1 AND o.repository_key = t.repository_key
  WHERE t.tenant_id = $1 AND t.task_id = $2::uuid AND o.status IN ('assigned', 'in-progress')
    AND o.task_id <> t.task_id AND o.task_type IN ('check', 'prune')
  LIMIT 10)
UNION ALL
(SELECT o.task_id, o.agent_id, o.task_type, false
   FROM tasks t JOIN tasks o ON o.tenant_id = $1 AND o.repository_key = t.repository_key
  WHERE t.tenant_id = $1 AND t.task_id = $2::uuid AND o.status IN ('assigned', 'in-progress')
    AND o.task_id <> t.task_id AND o.task_type = 'backup' AND t.task_type <> 'backup'
  LIMIT 10)
UNION ALL
(SELECT e.task_id, e.agent_id, e.task_type, true
   FROM tasks t
   JOIN repositories r ON r.tenant_id = $1 AND r.repository_key = t.repository_key
   JOIN tasks e ON e.tenant_id = $1 AND e.task_id = r.claim_task
  WHERE t.tenant_id = $1 AND t.task_id = $2::uuid AND e.status = 'pending' AND r.claim_until > now()
    AND (e.not_before IS NULL OR e.not_before <= now())
    AND (e.order_at, e.created_at, e.task_id) < (t.order_at, t.created_at, t.task_id)))"};

} // namespace holdfast::db::sql
