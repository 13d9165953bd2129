// The atomic assignment, and what holds tasks back. The comments of the migration `holding_back` say how its
// locks make every decision on the present state, whatever is assigned at the same time.
//
// OFFSET 0 in a NOT EXISTS keeps it a look-up for each row. Without it the planner makes a join of it, and
// where it knows nothing of the table's contents yet one that may read every pending task for every other.
#include "db/sql.hpp"
#include "db/sql_columns.hpp"

// Of one of the arrays of tasks_offer what stands in the row of the agent of x: by its place, because a join
// with the rows would compare each with each.
#define ASKER_S(array) "(" array ")[array_position($2::uuid[], x.agent_id)]"

namespace holdfast::db::sql {

// $1 tenant, $2 keys. By itself: it may have to wait for who prepares, and must hold nothing that they wait
// for.
constinit const statement repositories_add{"repositories_add", R"(
INSERT INTO repositories (tenant_id, repository_key)
SELECT $1::uuid, u.repository_key FROM unnest($2::bigint[]) AS u(repository_key) ORDER BY u.repository_key
ON CONFLICT (tenant_id, repository_key) DO NOTHING)"};

// $1 tenant; arrays, one row for each asking agent: $2 agent, $3 bits of types, $4 lookahead (s; -1: all); $5
// barrier, $6 how long a claim holds (s). Takes the repositories of their due checks and prunes, as far as
// nobody assigns anything of them at this moment. To be followed by tasks_offer with the same barrier, in one
// transaction.
constinit const statement tasks_prepare{"tasks_prepare", R"(
WITH w AS MATERIALIZED (
  SELECT u.agent, now() AS at, now() + $6::int * interval '1 second' AS claimed,
         CASE WHEN u.ahead < 0 THEN 'infinity' ELSE now() + u.ahead * interval '1 second' END AS horizon,
         ARRAY(SELECT k.name FROM (VALUES (2, 'check'), (4, 'prune')) AS k(bit, name)
                WHERE u.kinds & k.bit <> 0) AS kinds
    FROM unnest($2::uuid[], $3::int[], $4::int[]) AS u(agent, kinds, ahead)
), k AS MATERIALIZED (
  SELECT DISTINCT ON (t.repository_key) t.repository_key, t.task_id, t.order_at, w.at, w.claimed
    FROM w CROSS JOIN LATERAL (
         SELECT t.* FROM tasks t
          WHERE t.tenant_id = $1 AND t.agent_id = w.agent AND t.status = 'pending'
            AND t.task_type IN ('check', 'prune') AND t.task_type = ANY(w.kinds) AND t.order_at <= w.horizon
            AND (t.not_before IS NULL OR t.not_before <= w.at)
            AND NOT EXISTS (SELECT FROM policies p WHERE p.tenant_id = $1 AND p.policy_id = t.policy_id
                               AND NOT p.enabled OFFSET 0)
          ORDER BY t.order_at, t.created_at, t.task_id LIMIT 100) t
   ORDER BY t.repository_key, t.order_at, t.created_at, t.task_id
), l AS MATERIALIZED (
  SELECT r.repository_key, k.task_id, k.order_at, k.claimed,
         r.claim_task IS NULL OR r.claim_task = k.task_id OR r.claim_until <= k.at
           OR r.claim_order > k.order_at AS claims
    FROM k JOIN repositories r ON r.tenant_id = $1 AND r.repository_key = k.repository_key
   WHERE r.repository_key = ANY(ARRAY(SELECT repository_key FROM k))
     FOR UPDATE OF r SKIP LOCKED
)
UPDATE repositories r
   SET barrier = $5::uuid, claim_task = CASE WHEN l.claims THEN l.task_id ELSE r.claim_task END,
       claim_order = CASE WHEN l.claims THEN l.order_at ELSE r.claim_order END,
       claim_until = CASE WHEN l.claims THEN l.claimed ELSE r.claim_until END
  FROM l
 WHERE r.tenant_id = $1 AND r.repository_key = ANY(ARRAY(SELECT repository_key FROM l))
   AND r.repository_key = l.repository_key)"};

// $1 tenant; arrays, one row for each asking agent: $2 agent, $3 limit, $4 bits of types, $5 lookahead (s;
// -1: all), $6 session, $7 poll, $8 will wait, $11 by; $9 offer lease (s); $10 barrier, null without
// tasks_prepare: then no check or prune is assigned, and nothing that comes after one in the order. A
// session's newest poll alone is given anything. What was offered to an older poll of it and not acknowledged
// comes first, same attempt. Answers the tasks; for agents that get nothing when something comes due by
// itself; the bits of the types of which the agent has a check or prune to prepare for; whether it should ask
// again at once; and repositories that nobody knows yet.
constinit const statement tasks_offer{
    "tasks_offer",
    R"(
WITH w AS MATERIALIZED (
  SELECT u.agent, u.n, u.session, u.poll, u.waits, u.kinds, now() AS at, u.ahead * interval '1 second' AS ahead,
         CASE WHEN u.ahead < 0 THEN 'infinity' ELSE now() + u.ahead * interval '1 second' END AS horizon,
         ARRAY(SELECT k.name FROM (VALUES (1, 'backup'), (2, 'check'), (4, 'prune')) AS k(bit, name)
                WHERE u.kinds & k.bit <> 0) AS asked,
         a.paused_at IS NOT NULL AND (a.paused_until IS NULL OR a.paused_until > now()) AS paused,
         CASE WHEN a.paused_at IS NOT NULL AND a.paused_until > now() THEN a.paused_until END AS resumes, a.offers,
         a.max_tasks, a.max_backups, a.max_checks, a.max_prunes,
         coalesce(a.max_tasks, a.max_backups, a.max_checks, a.max_prunes) IS NOT NULL AS limited
    FROM unnest($2::uuid[], $3::int[], $4::int[], $5::int[], $6::text[], $7::uuid[], $8::int[])
         AS u(agent, n, kinds, ahead, session, poll, waits)
   CROSS JOIN LATERAL (SELECT * FROM agents WHERE tenant_id = $1 AND agent_id = u.agent LIMIT 1) a
   WHERE (u.session IS NULL OR NOT EXISTS (
         SELECT FROM sessions s WHERE s.tenant_id = $1 AND s.agent_id = u.agent AND s.session = u.session
                                  AND s.poll_id <> u.poll))
), again AS MATERIALIZED (
  SELECT r.task_id, w.agent
    FROM w CROSS JOIN LATERAL (
         SELECT task_id FROM tasks
          WHERE tenant_id = $1 AND agent_id = w.agent AND status = 'assigned' AND session = w.session
            AND poll_id <> w.poll AND task_type = ANY(w.asked)
          ORDER BY order_at, created_at, task_id LIMIT w.n FOR UPDATE SKIP LOCKED) r
   WHERE w.session IS NOT NULL
), own AS MATERIALIZED (
  SELECT a.agent_id, a.offers FROM agents a
   WHERE a.tenant_id = $1 AND a.agent_id = ANY(ARRAY(SELECT agent FROM w WHERE limited AND NOT paused))
   ORDER BY a.agent_id FOR NO KEY UPDATE
), s AS MATERIALIZED (
  SELECT w.agent, w.n, w.waits, w.at, w.ahead, w.horizon, w.resumes,
         w.limited AND NOT w.paused AND own.offers IS DISTINCT FROM w.offers AS stale,
         CASE WHEN w.paused OR (w.limited AND own.offers IS DISTINCT FROM w.offers) THEN 0
              ELSE least(w.n - (SELECT count(*) FROM again a WHERE a.agent = w.agent), w.max_tasks - h.held) END AS room,
         w.max_backups - h.backups AS backups, w.max_checks - h.checks AS checks, w.max_prunes - h.prunes AS prunes,
         ARRAY(SELECT k.name FROM (VALUES (1, 'backup', w.max_backups - h.backups), (2, 'check', w.max_checks - h.checks),
                                          (4, 'prune', w.max_prunes - h.prunes)) AS k(bit, name, room)
                WHERE w.kinds & k.bit <> 0 AND coalesce(k.room, 1) > 0) AS kinds
    FROM w LEFT JOIN own ON own.agent_id = w.agent
    LEFT JOIN LATERAL (
         SELECT count(*) AS held, count(*) FILTER (WHERE t.task_type = 'backup') AS backups,
                count(*) FILTER (WHERE t.task_type = 'check') AS checks,
                count(*) FILTER (WHERE t.task_type = 'prune') AS prunes
           FROM tasks t
          WHERE t.tenant_id = $1 AND t.agent_id = w.agent AND t.status IN ('assigned', 'in-progress')) h ON w.limited
), f AS MATERIALIZED (
  SELECT s.agent, s.n, s.backups, s.checks, s.prunes, t.*
    FROM s CROSS JOIN LATERAL (
         SELECT t.task_id, t.task_type, t.repository_key, t.order_at, t.created_at FROM tasks t
          WHERE t.tenant_id = $1 AND t.agent_id = s.agent AND t.status = 'pending' AND t.order_at <= s.horizon
            AND (t.not_before IS NULL OR t.not_before <= s.at) AND t.task_type = ANY(s.kinds)
            AND NOT EXISTS (SELECT FROM policies p WHERE p.tenant_id = $1 AND p.policy_id = t.policy_id
                               AND NOT p.enabled OFFSET 0)
            AND NOT EXISTS (SELECT FROM tasks o WHERE o.tenant_id = $1 AND o.repository_key = t.repository_key
                               AND o.task_type IN ('check', 'prune') AND o.status IN ('assigned', 'in-progress')
                            OFFSET 0)
            AND (t.task_type = 'backup'
                 OR NOT EXISTS (SELECT FROM tasks o WHERE o.tenant_id = $1 AND o.repository_key = t.repository_key
                                   AND o.task_type = 'backup' AND o.status IN ('assigned', 'in-progress')
                                OFFSET 0))
            AND NOT EXISTS (SELECT FROM repositories r
                              JOIN tasks e ON e.tenant_id = $1 AND e.task_id = r.claim_task AND e.status = 'pending'
                             WHERE r.tenant_id = $1 AND r.repository_key = t.repository_key AND r.claim_until > s.at
                               AND (e.not_before IS NULL OR e.not_before <= s.at)
                               AND (e.order_at, e.created_at, e.task_id) < (t.order_at, t.created_at, t.task_id)
                            OFFSET 0)
          ORDER BY t.order_at, t.created_at, t.task_id LIMIT greatest(0, s.room) FOR UPDATE OF t SKIP LOCKED) t
   WHERE s.room > 0
), locked AS MATERIALIZED (
  SELECT r.repository_key, r.barrier FROM repositories r
   WHERE r.tenant_id = $1 AND r.repository_key = ANY(ARRAY(SELECT repository_key FROM f)) FOR SHARE SKIP LOCKED
), good AS MATERIALIZED (
  SELECT r.repository_key, r.barrier FROM locked l
    JOIN repositories r ON r.tenant_id = $1 AND r.repository_key = l.repository_key
   WHERE r.barrier IS NOT DISTINCT FROM l.barrier
), ranked AS MATERIALIZED (
  SELECT f.*,
         row_number() OVER (PARTITION BY f.agent, f.task_type ORDER BY f.order_at, f.created_at, f.task_id)
           <= coalesce(CASE f.task_type WHEN 'backup' THEN f.backups WHEN 'check' THEN f.checks ELSE f.prunes END, f.n)
           AS within,
         $10::uuid IS NULL AND bool_or(f.task_type <> 'backup')
           OVER (PARTITION BY f.agent ORDER BY f.order_at, f.created_at, f.task_id) AS behind,
         row_number() OVER (PARTITION BY f.repository_key ORDER BY f.order_at, f.created_at, f.task_id) AS place,
         first_value(f.task_type)
           OVER (PARTITION BY f.repository_key ORDER BY f.order_at, f.created_at, f.task_id) AS first_type
    FROM f
), fresh AS MATERIALIZED (
  SELECT k.task_id, k.agent
    FROM ranked k
   WHERE k.within AND NOT k.behind
     AND CASE WHEN k.first_type <> 'backup'
              THEN k.place = 1 AND k.repository_key = ANY(ARRAY(SELECT repository_key FROM good WHERE barrier = $10))
              ELSE k.task_type = 'backup' AND k.repository_key = ANY(ARRAY(SELECT repository_key FROM good)) END
), counted AS (
  UPDATE agents a SET offers = a.offers + 1
    FROM own
   WHERE a.tenant_id = $1 AND a.agent_id = ANY(ARRAY(SELECT agent FROM fresh)) AND a.agent_id = own.agent_id
), c AS MATERIALIZED (
  SELECT * FROM again UNION ALL SELECT * FROM fresh
), m AS MATERIALIZED (
  SELECT now() AS at, now() + $9::int * interval '1 second' AS lease
), t AS (
  UPDATE tasks x
     SET status = 'assigned', attempt = x.attempt + CASE WHEN x.status = 'pending' THEN 1 ELSE 0 END,
         assigned_at = m.at, lease_until = m.lease, session = )" ASKER_S(
        "$6::text[]") R"(, poll_id = )" ASKER_S("$7::uuid[]") R"(, not_before = NULL, release_reason = NULL,
         history = )" HOLDFAST_HISTORY("m.at",
                                       "CASE WHEN x.status = 'pending' THEN 'offered' ELSE 'offered-again' "
                                       "END",
                                       "'assigned'",
                                       "x.attempt + CASE WHEN x.status = 'pending' THEN 1 ELSE 0 END",
                                       ASKER_S(
                                           "$11::jsonb[]")) R"(
    FROM m
   WHERE x.tenant_id = $1 AND x.task_id = ANY(ARRAY(SELECT task_id FROM c))
  RETURNING x.*
), seen AS MATERIALIZED (
  SELECT s.*, s.agent = ANY(ARRAY(SELECT agent FROM c)) AS served,
         CASE WHEN s.room <= 0 THEN 0 ELSE coalesce((
           SELECT bit_or(CASE e.task_type WHEN 'check' THEN 2 ELSE 4 END) FROM tasks e
            WHERE e.tenant_id = $1 AND e.agent_id = s.agent AND e.status = 'pending'
              AND e.task_type IN ('check', 'prune') AND e.task_type = ANY(s.kinds) AND e.order_at <= s.horizon
              AND (e.not_before IS NULL OR e.not_before <= s.at)
              AND NOT EXISTS (SELECT FROM policies p WHERE p.tenant_id = $1 AND p.policy_id = e.policy_id
                                 AND NOT p.enabled OFFSET 0)), 0) END AS exclusive,
         s.stale OR s.agent = ANY(ARRAY(SELECT k.agent FROM ranked k
                                         WHERE k.within AND k.task_id <> ALL(ARRAY(SELECT task_id FROM fresh)))) AS at_once
    FROM s
)
SELECT )" HOLDFAST_TASK_COLUMNS
                                                            R"(, t.agent_id AS asker, NULL::bigint AS due_in_us, NULL::int, NULL::boolean, NULL::bigint[] FROM t
UNION ALL
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
       NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, s.agent,
       CASE WHEN s.waits = 1 AND NOT s.served THEN (extract(epoch FROM least(
          (SELECT order_at FROM tasks WHERE tenant_id = $1 AND agent_id = s.agent AND status = 'pending'
              AND order_at > s.horizon ORDER BY order_at, created_at, task_id LIMIT 1)
            - s.ahead,
          (SELECT min(not_before) FROM tasks WHERE tenant_id = $1 AND agent_id = s.agent AND status = 'pending'
              AND order_at <= s.horizon AND not_before > s.at),
          (SELECT min(r.claim_until) FROM tasks d CROSS JOIN LATERAL (
             SELECT * FROM repositories WHERE tenant_id = $1 AND repository_key = d.repository_key LIMIT 1) r
            WHERE d.tenant_id = $1 AND d.agent_id = s.agent AND d.status = 'pending' AND d.order_at <= s.horizon
              AND r.claim_until > s.at AND r.claim_task <> d.task_id),
          s.resumes) - s.at) * 1000000)::bigint END,
       s.exclusive, s.at_once,
       ARRAY(SELECT DISTINCT k.repository_key FROM ranked k
              WHERE NOT EXISTS (SELECT FROM repositories r
                                 WHERE r.tenant_id = $1 AND r.repository_key = k.repository_key OFFSET 0))
  FROM seen s WHERE (s.waits = 1 AND NOT s.served) OR s.exclusive <> 0 OR s.at_once)"};

} // namespace holdfast::db::sql
