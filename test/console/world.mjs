// The server as operators and agents call it, without the console: what the tests make the browser see.
import assert from 'node:assert/strict';

const url = process.env.CONSOLE_URL;
export const root = process.env.CONSOLE_TOKEN;

export async function api(method, path, body, token = root) {
  const headers = { Authorization: `Bearer ${token}` };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  const response = await fetch(url + path, {
    method,
    headers,
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`);
  return /json/.test(response.headers.get('content-type')) ? JSON.parse(text) : text;
}

export const makeToken = async (kind, more = {}) =>
  api('POST', '/tokens', { kind, name: `${kind} of the test`, ...more });

export const makeAgent = async (hostname) =>
  (await api('POST', '/agents/register', { hostname, os: 'linux', arch: 'amd64', version: '1.0' })).agentId;

export async function makePolicy(name, agents, more = {}) {
  const policy = await api('POST', '/policies', {
    name,
    schedule: '@yearly',
    includePaths: ['/srv'],
    repository: '/r',
    ...more,
  });
  for (const agent of agents) await api('POST', `/policies/${policy.policyId}/agents/${agent}`);
  return policy.policyId;
}

export const makeTask = async (agentId, policyId, taskType = 'backup') =>
  (await api('POST', '/tasks', { agentId, policyId, taskType })).taskId;

// What an agent says of a task; `start` gets it and acknowledges it.
export const say = (agent, task, what, body = {}) => api('POST', `/agents/${agent}/tasks/${task}/${what}`, body);

export async function start(agent) {
  const { tasks } = await api('GET', `/agents/${agent}/tasks?limit=1&wait=5`);
  await say(agent, tasks[0].taskId, 'ack');
  return tasks[0].taskId;
}
