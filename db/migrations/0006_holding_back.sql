-- Agents' limits and repositories hold tasks back. Two strings that name one repository with other credentials,
-- or with a slash at the end, are one repository. Two repositories that come to the same key wait for each other:
-- a delay, nothing else.
ALTER TABLE tasks ADD COLUMN repository_key bigint NOT NULL
    GENERATED ALWAYS AS (hashtextextended(rtrim(regexp_replace(repository, '://[^/@]*@', '://'), '/'), 0)) STORED;
CREATE INDEX tasks_of_repository ON tasks (tenant_id, repository_key, task_type)
    WHERE status IN ('pending', 'assigned', 'in-progress');
CREATE INDEX tasks_exclusive ON tasks (tenant_id, agent_id, order_at, created_at, task_id)
    WHERE status = 'pending' AND task_type IN ('check', 'prune');

-- Who assigns a backup holds a share lock on its repository until the commit; who assigns a check or a prune takes
-- the row for itself, writes its barrier there, and only then looks whether the repository is free. A statement
-- that began before sees another barrier than its lock finds, and leaves the repository alone. The claim keeps
-- backups that come later in the order behind a check or prune that found the repository busy.
CREATE TABLE repositories (
    tenant_id      uuid NOT NULL REFERENCES tenants,
    repository_key bigint NOT NULL,
    barrier        uuid,
    claim_task     uuid,
    claim_order    timestamptz,
    claim_until    timestamptz,
    PRIMARY KEY (tenant_id, repository_key)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);

-- Counts the offers to an agent that has limits, in the same way: who finds another number behind its lock than
-- its snapshot has, counted the agent's tasks too early.
ALTER TABLE agents ADD COLUMN offers bigint NOT NULL DEFAULT 0;
