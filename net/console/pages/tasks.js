// Tasks, newest first. What is looked for stands in the address.
import { go, link } from '../address.js';
import { get } from '../api.js';
import { shortId } from '../format.js';
import { List } from '../list.js';
import { AgentFilter, PolicyFilter } from '../lookup.js';
import { AgentName, PolicyName } from '../names.js';
import { Badge, Choice, Filters, Heading, Time } from '../parts.js';
import { html } from '../view.js';

export const states = ['pending', 'assigned', 'in-progress', 'completed', 'failed', 'cancelled'];
export const types = ['backup', 'check', 'prune'];

export function Progress({ task }) {
  const percent = task.progress?.percentDone;
  if (task.status !== 'in-progress' || percent === undefined) return null;
  return html`<span class="progress"><progress max="100" value=${percent} aria-label="Progress">${percent} %</progress>
    <span class="percent">${percent.toFixed(0)} %</span></span>`;
}

export const taskColumns = [
  { label: 'Task', cell: (t) => html`<a href=${link(`tasks/${t.taskId}`)}>${t.taskType} ${shortId(t.taskId)}</a>` },
  { label: 'State', cell: (t) => html`<${Badge} state=${t.status} /> <${Progress} task=${t} />` },
  { label: 'Agent', cell: (t) => html`<${AgentName} id=${t.agentId} />` },
  { label: 'Policy', cell: (t) => html`<${PolicyName} id=${t.policyId} />` },
  { label: 'Attempts', cell: (t) => `${t.failures} of ${t.maxAttempts} failed` },
  { label: 'Made', cell: (t) => html`<${Time} at=${t.createdAt} />` },
];

export function Tasks({ query }) {
  const filter = (changed) => go('tasks', { ...query, ...changed });
  return html`<${Heading} title="Tasks" />
    <${Filters} onChange=${filter}>
      <${Choice} name="status" label="State" value=${query.status} options=${states} />
      <${Choice} name="taskType" label="Type" value=${query.taskType} options=${types} />
      <${AgentFilter} name="agentId" label="Agent" value=${query.agentId} onChange=${filter} />
      <${PolicyFilter} name="policyId" label="Policy" value=${query.policyId} onChange=${filter} />
    </${Filters}>
    <${List} caption="Tasks, newest first" query=${query} columns=${taskColumns} keyOf=${(t) => t.taskId}
      load=${(cursor, limit) => get('/tasks', { ...query, cursor, limit })} wanted=${{ tasks: true, progress: true }}
      empty="No task is like that" />`;
}
