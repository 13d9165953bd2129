-- Schedules make tasks. Each agent of a policy has its own place in time: its runs up to settled_until are dealt
-- with, at next_run_at it is looked at again (null: it has no further run). Whatever changes the timetable sets
-- both to now. What an older server writes beside this one gets the same by the defaults.
ALTER TABLE policy_agents
    ADD COLUMN settled_until timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN next_run_at   timestamptz DEFAULT now();
CREATE INDEX policy_agents_due ON policy_agents (next_run_at);

-- A run of a schedule is made once, whoever makes it.
ALTER TABLE tasks ADD COLUMN planned boolean NOT NULL DEFAULT false;
CREATE UNIQUE INDEX tasks_planned ON tasks (tenant_id, policy_id, agent_id, task_type, scheduled_for) WHERE planned;
