-- Each of these indexes is good for one kind of question, and ruinous for the others: before the table's first
-- analysis, and after each great change, the planner can't tell them apart. A partial index is open only to
-- questions that imply its condition, and that a column IS NOT NULL is implied by any comparison with it.
DROP INDEX tasks_of_repository;
CREATE INDEX tasks_of_repository ON tasks (tenant_id, repository_key, task_type)
    WHERE status IN ('pending', 'assigned', 'in-progress') AND repository_key IS NOT NULL;
DROP INDEX tasks_held;
CREATE INDEX tasks_held ON tasks (tenant_id, agent_id)
    WHERE status IN ('assigned', 'in-progress') AND agent_id IS NOT NULL;
DROP INDEX tasks_pending;
CREATE INDEX tasks_pending ON tasks (tenant_id, agent_id, order_at, created_at, task_id)
    WHERE status = 'pending' AND agent_id IS NOT NULL;
DROP INDEX tasks_exclusive;
CREATE INDEX tasks_exclusive ON tasks (tenant_id, agent_id, order_at, created_at, task_id)
    WHERE status = 'pending' AND task_type IN ('check', 'prune') AND agent_id IS NOT NULL;
