// Pieces that several statements have in common.
#pragma once

// What read_task() in task_store.cpp reads, in this order.
#define HOLDFAST_TASK_COLUMNS                                                                                \
    "t.task_id, t.agent_id, t.policy_id, t.task_type, t.status, t.attempt, t.failures, t.max_attempts, "     \
    "t.created_at, t.scheduled_for, t.not_before, t.assigned_at, t.lease_until, t.acknowledged_at, "         \
    "t.completed_at, t.error_message, t.error_category, t.duration_seconds, t.snapshot_id, t.repository, "   \
    "t.include_paths, t.exclude_paths, t.retention, t.execution_params, t.statistics, t.progress, "          \
    "t.progress_at"

// One more entry of the history of the row x: when, what, and what the row becomes; `by` is an object with
// who.
#define HOLDFAST_HISTORY(at, event, to, attempt, by)                                                         \
    "(CASE WHEN jsonb_array_length(x.history) < 100 THEN x.history ELSE x.history - 1 END || "               \
    "jsonb_build_array(jsonb_build_object('at', (extract(epoch FROM " at                                     \
    ") * 1000000)::bigint, 'event', " event ", 'to', " to ", 'attempt', " attempt ") || " by "))"

// The first entry of a row that is made.
#define HOLDFAST_HISTORY_OF_NEW(at, by)                                                                      \
    "jsonb_build_array(jsonb_build_object('at', (extract(epoch FROM " at                                     \
    ") * 1000000)::bigint, 'event', 'created', 'to', 'pending', 'attempt', 0) || " by ")"

#define HOLDFAST_BY_SERVER "'{\"by\": \"server\"}'::jsonb"

// Writes the audit entries of the notes (audit_notes.hpp), as e, for the row that `changed` has, or none has:
// beside the change, in its statement or transaction. `more` are details that the statement knows, `subject`
// is whom or what it is about.
#define HOLDFAST_AUDIT(notes, changed, more) HOLDFAST_AUDIT_OF("e.subject", notes, changed, more)

#define HOLDFAST_AUDIT_OF(subject, notes, changed, more)                                                     \
    "INSERT INTO audit (tenant_id, audit_id, at, by, token_id, request_id, address, action, subject_id, "    \
    "details) SELECT $1::uuid, e.id, now(), e.by, e.token, e.request, e.address, e.action, " subject ", "    \
    "e.details || " more " FROM jsonb_to_recordset(" notes "::jsonb) AS e(id uuid, n int, by text, "         \
    "token uuid, request text, address text, action text, subject uuid, details jsonb) CROSS JOIN " changed

// How old the last good backup is: of policy_agents g and policies p.
#define HOLDFAST_FRESHNESS_STATE                                                                             \
    "CASE WHEN g.last_success_at IS NULL THEN 'never'"                                                       \
    " WHEN p.max_age_seconds IS NULL"                                                                        \
    " OR g.last_success_at + p.max_age_seconds * interval '1 second' >= now() THEN 'fresh'"                  \
    " WHEN g.last_success_at + 2 * p.max_age_seconds * interval '1 second' >= now() THEN 'late'"             \
    " ELSE 'stale' END"

// An event's id, made of what it tells of: told by two, it is one event.
#define HOLDFAST_EVENT_ID(words) "substr(encode(sha256((" words ")::text::bytea), 'hex'), 1, 32)::uuid"

// Whom it wakes that a task of this type no longer holds this repository: the first check or prune that waits
// for it, and, after a check or prune, the backups that are due.
#define HOLDFAST_REPOSITORY_WAITERS(key, type)                                                               \
    "ARRAY((SELECT e.agent_id FROM tasks e WHERE e.tenant_id = $1 AND e.repository_key = " key               \
    " AND e.task_type IN ('check', 'prune') AND e.status = 'pending' AND e.order_at <= now()"                \
    " ORDER BY e.order_at, e.created_at, e.task_id LIMIT 1) UNION (SELECT b.agent_id FROM tasks b "          \
    "WHERE " type " <> 'backup' AND b.tenant_id = $1 AND b.repository_key = " key                            \
    " AND b.task_type = 'backup' AND b.status = 'pending' AND b.order_at <= now() LIMIT 1000))"

// What tasks.repository_key is made of.
#define HOLDFAST_REPOSITORY_KEY(text)                                                                        \
    "hashtextextended(rtrim(regexp_replace(" text ", '://[^/@]*@', '://'), '/'), 0)"

// The least UUID of that moment: version 7 begins with the milliseconds since 1970 (RFC 9562, 5.7).
#define HOLDFAST_UUID_OF(moment)                                                                             \
    "(lpad(to_hex((extract(epoch FROM " moment ") * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid"
