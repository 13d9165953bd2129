-- The last good backup of each agent for each policy, since it was assigned. Written whenever a backup completes:
-- in no index and with room in the pages, so that the row stays where it is.
ALTER TABLE policy_agents
    ADD COLUMN last_success_at   timestamptz,
    ADD COLUMN last_success_task uuid;
ALTER TABLE policy_agents SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
UPDATE policy_agents g SET last_success_at = l.completed_at, last_success_task = l.task_id
  FROM (SELECT DISTINCT ON (tenant_id, policy_id, agent_id) tenant_id, policy_id, agent_id, completed_at, task_id
          FROM tasks WHERE task_type = 'backup' AND status = 'completed'
         ORDER BY tenant_id, policy_id, agent_id, completed_at DESC) AS l
 WHERE g.tenant_id = l.tenant_id AND g.policy_id = l.policy_id AND g.agent_id = l.agent_id
   AND l.completed_at >= g.assigned_at;

-- The state of each that was told last; at judge_at it is looked at again (null: time alone changes nothing).
-- Whatever changes it otherwise sets judge_at to now. Of a backlog only what is not as it should be is told.
ALTER TABLE policy_agents
    ADD COLUMN freshness_state text NOT NULL DEFAULT 'never'
        CHECK (freshness_state IN ('fresh', 'late', 'stale', 'never')),
    ADD COLUMN judge_at        timestamptz DEFAULT now();
UPDATE policy_agents SET freshness_state = 'fresh' WHERE last_success_at IS NOT NULL;
CREATE INDEX policy_agents_judge ON policy_agents (judge_at) WHERE judge_at IS NOT NULL;

-- The outbox of webhooks: written with what it tells, in the same transaction, and gone when it was delivered. No
-- keys to policies and agents: their rows stay, and who writes an event waits for nobody who locks them.
CREATE TABLE events (
    tenant_id       uuid NOT NULL REFERENCES tenants,
    event_id        uuid NOT NULL,
    kind            text NOT NULL CHECK (kind IN ('freshness.changed', 'task.failed')),
    at              timestamptz NOT NULL,
    tries           int NOT NULL DEFAULT 0,
    try_at          timestamptz NOT NULL,
    policy_id       uuid NOT NULL,
    agent_id        uuid NOT NULL,
    state           text,
    state_before    text,
    last_success_at timestamptz,
    max_age_seconds bigint,
    task_id         uuid,
    task_type       text,
    attempt         int,
    error_category  text,
    error_message   text,
    PRIMARY KEY (tenant_id, event_id)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
CREATE INDEX events_due ON events (try_at);
CREATE INDEX events_age ON events (at);
