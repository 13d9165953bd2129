-- What operators set for an agent: how many tasks it has at a time (null: as many as it asks for), and a pause,
-- which is over when paused_until has passed. A deleted agent stays behind its tasks, and its hostname is free
-- again.
ALTER TABLE agents
    ADD COLUMN max_tasks    int,
    ADD COLUMN max_backups  int,
    ADD COLUMN max_checks   int,
    ADD COLUMN max_prunes   int,
    ADD COLUMN paused_at    timestamptz,
    ADD COLUMN paused_until timestamptz,
    ADD COLUMN pause_note   text,
    ADD COLUMN deleted_at   timestamptz;
ALTER TABLE agents ADD CONSTRAINT agents_limits CHECK (least(max_tasks, max_backups, max_checks, max_prunes) >= 1);
DROP INDEX agents_hostname;
CREATE UNIQUE INDEX agents_hostname ON agents (tenant_id, lower(hostname)) WHERE deleted_at IS NULL;
-- Over all tenants: whose pause has just ended?
CREATE INDEX agents_pauses ON agents (paused_until) WHERE paused_until IS NOT NULL;
-- What dies with an agent.
CREATE INDEX tokens_of_agent ON tokens (tenant_id, agent_id) WHERE agent_id IS NOT NULL;
CREATE INDEX fleet_members_agent ON fleet_members (tenant_id, agent_id);
