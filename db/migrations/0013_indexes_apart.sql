-- The three indexes by time alone, without tenant or agent: for the questions of housekeeping, and ruinous for
-- those of an agent (see index_choice). attempt >= 0 holds for every task, and housekeeping alone says so, as it
-- alone compares lease_until.
DROP INDEX tasks_due;
CREATE INDEX tasks_due ON tasks (order_at) WHERE status = 'pending' AND attempt >= 0;
DROP INDEX tasks_not_before;
CREATE INDEX tasks_not_before ON tasks (not_before)
    WHERE status = 'pending' AND not_before IS NOT NULL AND attempt >= 0;
DROP INDEX tasks_leases;
CREATE INDEX tasks_leases ON tasks (lease_until)
    WHERE status IN ('assigned', 'in-progress') AND lease_until IS NOT NULL;
-- By repository: checks and prunes, and backups, that hold it or wait for it. Thousands of one kind may be there
-- where nobody must be of the other, and each question is of one kind.
DROP INDEX tasks_of_repository;
CREATE INDEX tasks_exclusive_holding ON tasks (tenant_id, repository_key)
    WHERE status IN ('assigned', 'in-progress') AND task_type IN ('check', 'prune') AND repository_key IS NOT NULL;
CREATE INDEX tasks_exclusive_waiting ON tasks (tenant_id, repository_key, order_at, created_at, task_id)
    WHERE status = 'pending' AND task_type IN ('check', 'prune') AND repository_key IS NOT NULL;
CREATE INDEX tasks_backups_holding ON tasks (tenant_id, repository_key)
    WHERE status IN ('assigned', 'in-progress') AND task_type = 'backup' AND repository_key IS NOT NULL;
CREATE INDEX tasks_backups_waiting ON tasks (tenant_id, repository_key)
    WHERE status = 'pending' AND task_type = 'backup' AND repository_key IS NOT NULL;
