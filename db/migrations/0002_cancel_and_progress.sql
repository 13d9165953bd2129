-- What the agent last said of the attempt it is at, and until when an agent that does not name the tasks it
-- runs is told to stop a cancelled one.
ALTER TABLE tasks
    ADD COLUMN progress    jsonb,
    ADD COLUMN progress_at timestamptz,
    ADD COLUMN stop_until  timestamptz;
CREATE INDEX tasks_to_stop ON tasks (tenant_id, agent_id) WHERE stop_until IS NOT NULL;
