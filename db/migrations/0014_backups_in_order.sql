-- The backups that wait for a repository are told in their order, as its checks and prunes are.
DROP INDEX tasks_backups_waiting;
CREATE INDEX tasks_backups_waiting ON tasks (tenant_id, repository_key, order_at, created_at, task_id)
    WHERE status = 'pending' AND task_type = 'backup' AND repository_key IS NOT NULL;
