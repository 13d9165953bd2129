#include "db/sql.hpp"

namespace holdfast::db::sql {

// $1 tenant, $2 agent, $3 task, $4 attempt or null, $5 the byte where it begins, $6 the piece. Answers how
// the task stands, whether the piece was taken, how long the log is now, and whether it has this very piece.
// The lock keeps the task in progress until the piece is in.
constinit const statement logs_append{"logs_append", R"(
WITH t AS MATERIALIZED (
  SELECT task_id, attempt, status, status = 'in-progress' AND ($4::int IS NULL OR $4 = attempt) AS open
    FROM tasks WHERE tenant_id = $1 AND task_id = $3::uuid AND agent_id = $2::uuid FOR SHARE
), l AS MATERIALIZED (
  SELECT l.at_byte + octet_length(l.body) AS size
    FROM t JOIN task_logs l ON l.tenant_id = $1 AND l.task_id = t.task_id AND l.attempt = t.attempt
   ORDER BY l.at_byte DESC LIMIT 1
), a AS (
  INSERT INTO task_logs (tenant_id, task_id, attempt, at_byte, body)
  SELECT $1::uuid, t.task_id, t.attempt, $5::int, $6::text
    FROM t WHERE t.open AND $6 <> '' AND $5 = coalesce((SELECT size FROM l), 0)
  ON CONFLICT (tenant_id, task_id, attempt, at_byte) DO NOTHING
  RETURNING octet_length(body) AS bytes
)
SELECT t.status, t.attempt, a.bytes IS NOT NULL, coalesce((SELECT size FROM l), 0) + coalesce(a.bytes, 0),
       EXISTS (SELECT FROM task_logs k WHERE k.tenant_id = $1 AND k.task_id = t.task_id
                  AND k.attempt = t.attempt AND k.at_byte = $5 AND k.body = $6)
  FROM t LEFT JOIN a ON true)"};

// $1 tenant; arrays: $2 task, $3 id of the result, $4 log. Only the result that was taken adds its log to
// what came before it.
constinit const statement logs_finish{"logs_finish", R"(
INSERT INTO task_logs (tenant_id, task_id, attempt, at_byte, body)
SELECT t.tenant_id, t.task_id, t.attempt,
       coalesce((SELECT max(l.at_byte + octet_length(l.body)) FROM task_logs l
                  WHERE l.tenant_id = $1 AND l.task_id = t.task_id AND l.attempt = t.attempt), 0),
       w.body
  FROM unnest($2::uuid[], $3::uuid[], $4::text[]) AS w(task, result, body)
  JOIN tasks t ON t.tenant_id = $1 AND t.task_id = w.task AND t.result_id = w.result
 WHERE t.task_id = ANY($2::uuid[])
ON CONFLICT (tenant_id, task_id, attempt, at_byte) DO NOTHING)"};

// $1 tenant, $2 task, $3 attempt; null: the last that has a log. Answers which that is, and how long; null
// where there is none. No row: there is no such task.
constinit const statement logs_extent{"logs_extent", R"(
SELECT l.attempt, l.at_byte + octet_length(l.body)
  FROM tasks t LEFT JOIN task_logs l ON l.tenant_id = $1 AND l.task_id = t.task_id
                                    AND l.attempt = coalesce($3::int, l.attempt)
 WHERE t.tenant_id = $1 AND t.task_id = $2::uuid
 ORDER BY l.attempt DESC NULLS LAST, l.at_byte DESC LIMIT 1)"};

// $1 tenant, $2 task, $3 attempt, $4 a byte. Answers the piece that has it, and where that begins.
constinit const statement logs_piece{"logs_piece", R"(
SELECT l.at_byte, l.body FROM task_logs l
 WHERE l.tenant_id = $1 AND l.task_id = $2::uuid AND l.attempt = $3::int AND l.at_byte <= $4::int
 ORDER BY l.at_byte DESC LIMIT 1)"};

} // namespace holdfast::db::sql
