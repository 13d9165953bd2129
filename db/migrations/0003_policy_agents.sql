-- Which agents a policy is for. A deleted policy stays behind its tasks, and its name is free again.
CREATE TABLE policy_agents (
    tenant_id   uuid NOT NULL,
    policy_id   uuid NOT NULL,
    agent_id    uuid NOT NULL,
    assigned_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, policy_id, agent_id),
    FOREIGN KEY (tenant_id, policy_id) REFERENCES policies,
    FOREIGN KEY (tenant_id, agent_id) REFERENCES agents ON DELETE CASCADE
);
CREATE INDEX policy_agents_agent ON policy_agents (tenant_id, agent_id, policy_id);

ALTER TABLE policies ADD COLUMN deleted_at timestamptz;
DROP INDEX policies_name;
CREATE UNIQUE INDEX policies_name ON policies (tenant_id, name) WHERE deleted_at IS NULL;
