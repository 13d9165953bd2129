// A fleet as it might be at two in the morning, in a tenant of its own: what the README's pictures show. What has
// happened within the last hour is written into the database as it would stand there; what happens now, agents do.
import { execFileSync } from 'node:child_process';

import { api, root } from './world.mjs';

const HOUR = 3600;
const fleets = [
  { policy: 'websites', hosts: ['web', 24], schedule: '0 2 * * *', maxAgeSeconds: 26 * HOUR, to: 'websites' },
  { policy: 'databases', hosts: ['db', 12], schedule: 'every 1h', maxAgeSeconds: 2 * HOUR, to: 'databases' },
  { policy: 'mail', hosts: ['mail', 4], schedule: '30 1 * * *', maxAgeSeconds: 26 * HOUR, to: 'mail' },
  { policy: 'laptops', hosts: ['laptop', 18], schedule: 'every 6h', maxAgeSeconds: 36 * HOUR, to: 'laptops' },
];

export const sql = (text) => execFileSync('psql', ['-qXAt', process.env.CONSOLE_DSN, '-c', text]).toString().trim();

// Good backups by now, but of a few.
const grow = (tenant, hostname, hours) =>
  sql(`UPDATE policy_agents g SET last_success_at = now() - interval '${hours} hours', judge_at = now() FROM agents a
       WHERE g.tenant_id = '${tenant}' AND a.tenant_id = g.tenant_id AND a.agent_id = g.agent_id
       AND a.hostname = '${hostname}'`);

// Of each policy a task for each of its agents now and then, ended or not.
const pastHour = (tenant) =>
  sql(`INSERT INTO tasks (tenant_id, task_id, agent_id, policy_id, task_type, status, attempt, failures, max_attempts,
         created_at, assigned_at, acknowledged_at, completed_at, error_message, error_category, repository,
         include_paths, exclude_paths)
       SELECT g.tenant_id, (lpad(to_hex((extract(epoch FROM w.at) * 1000)::bigint), 12, '0') || '7000' ||
                substr(md5(g.policy_id::text || g.agent_id || m), 1, 16))::uuid,
              g.agent_id, g.policy_id, CASE w.n % 9 WHEN 0 THEN 'check' ELSE 'backup' END, w.ended, 1,
              (w.ended = 'failed')::int, 1, w.at, w.at + interval '1 second', w.at + interval '1 second',
              w.at + interval '40 seconds', CASE w.ended WHEN 'failed' THEN 'the repository can not be reached' END,
              CASE w.ended WHEN 'failed' THEN 'network' END, p.repository, p.include_paths, p.exclude_paths
         FROM policy_agents g JOIN policies p USING (tenant_id, policy_id) CROSS JOIN generate_series(1, 58) AS m
        CROSS JOIN LATERAL (SELECT abs(hashtext(g.agent_id::text || m)) AS n) AS h
        CROSS JOIN LATERAL (SELECT h.n, now() - m * interval '1 minute' - h.n % 50 * interval '1 second' AS at,
                                   CASE WHEN h.n % 29 = 0 THEN 'failed' ELSE 'completed' END AS ended) AS w
        WHERE g.tenant_id = '${tenant}' AND h.n % 12 < 1 + 3 * sin(m / 9.0) ^ 2`);

// As another server tells of its polls.
const polls = () =>
  sql(`SELECT pg_notify('holdfast', 'another m ' || floor(extract(epoch FROM now()) / 60 - m) || ' ' ||
         51 + floor(4 * sin(m / 4.0)) || ' 0,2,' || 6 + m % 5 || ',' || 9 + m % 7 || ',' || 4 + m % 3 || ',' || m % 2 ||
         ',' || (m % 23 = 0)::int || ',0,0,0,0,0,0') FROM generate_series(0, 59) AS m`);

// {token, running}: the tenant's admin, and the task that is to be shown.
export async function makeDemo() {
  const { tenantId: tenant, token } = await api('POST', '/tenants', { name: 'demo' }, root);
  const call = (method, path, body) => api(method, path, body, token);
  const agents = {};
  const policies = {};
  for (const { policy, hosts: [name, count], to, ...when } of fleets) {
    const { policyId } = await call('POST', '/policies', {
      name: policy,
      includePaths: ['/etc', '/home', '/srv'],
      repository: `s3:https://s3.example.com/${to}`,
      timezone: 'Europe/Berlin',
      retention: { keepDaily: 14, keepWeekly: 8 },
      ...when,
    });
    policies[policy] = policyId;
    for (let i = 1; i <= count; ++i) {
      const hostname = `${name}-${String(i).padStart(2, '0')}`;
      const made = await call('POST', '/agents/register', { hostname, os: 'linux', arch: 'amd64', version: '1.4.0' });
      agents[hostname] = made.agentId;
      await call('POST', `/policies/${policyId}/agents/${made.agentId}`);
    }
  }
  pastHour(tenant);
  sql(`UPDATE policy_agents SET last_success_at = now() - interval '40 minutes', judge_at = now()
       WHERE tenant_id = '${tenant}'`);
  for (const [hostname, hours] of [['db-03', 3], ['laptop-11', 80], ['laptop-17', 120], ['mail-02', 31], ['web-19', 29]])
    grow(tenant, hostname, hours);
  sql(`UPDATE agent_contacts k SET last_seen_at = now() - interval '3 days' FROM agents a
       WHERE k.tenant_id = '${tenant}' AND a.agent_id = k.agent_id AND a.hostname IN ('laptop-11', 'laptop-17')`);
  await call('PATCH', `/agents/${agents['web-19']}`, { paused: true, pauseNote: 'disk is being replaced' });
  polls();

  const run = async (policy, hostname, taskType = 'backup') =>
    (await call('POST', `/policies/${policies[policy]}/run`, { taskType, agentIds: [agents[hostname]] })).taskIds[0];
  const say = (hostname, task, what, body = {}) => call('POST', `/agents/${agents[hostname]}/tasks/${task}/${what}`, body);
  const begin = async (policy, hostname, percentDone, taskType) => {
    const task = await run(policy, hostname, taskType);
    await call('GET', `/agents/${agents[hostname]}/tasks?limit=1`);
    await say(hostname, task, 'ack');
    await say(hostname, task, 'progress', { percentDone });
    return task;
  };
  const running = await begin('websites', 'web-07', 8);
  await say('web-07', running, 'result', {
    status: 'failed',
    errorCategory: 'network',
    errorMessage: 'the connection to s3.example.com was reset',
  });
  await call('POST', `/tasks/${running}/retry`);
  await call('GET', `/agents/${agents['web-07']}/tasks?limit=1`);
  await say('web-07', running, 'ack');
  await say('web-07', running, 'log', {
    offset: 0,
    text: [
      'repository 5f1c2b9a opened (version 2, compression level auto)',
      'using parent snapshot 4bba301e',
      'scanning /etc, /home, /srv',
      '214,006 files, 38.214 GiB to be looked at',
      'uploaded pack 7d0f1c44 (16.2 MiB)',
      'uploaded pack 91e2b70a (16.0 MiB)',
      '',
    ].join('\n'),
  });
  await say('web-07', running, 'progress', {
    percentDone: 62,
    bytesDone: 25_440_000_000,
    totalBytes: 41_030_000_000,
    filesDone: 131_204,
    totalFiles: 214_006,
    message: '/srv/www/shop/media',
  });
  for (const [hostname, percent] of [['web-02', 91], ['web-12', 34], ['web-21', 12]]) await begin('websites', hostname, percent);
  for (const [hostname, percent] of [['db-01', 77], ['db-09', 48]]) await begin('databases', hostname, percent);
  await begin('mail', 'mail-01', 55, 'check');
  for (const hostname of ['mail-03', 'mail-04']) await run('mail', hostname);
  for (const hostname of ['web-19', 'web-23', 'web-24']) await run('websites', hostname);
  sql(`UPDATE agent_contacts SET last_seen_at = now() + interval '5 minutes' WHERE tenant_id = '${tenant}'
       AND last_seen_at > now() - interval '1 hour'`);
  return { token, running };
}
