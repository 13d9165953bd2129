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
