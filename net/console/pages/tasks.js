// Tasks, newest first. What is looked for stands in the address.
import { go, link } from '../address.js';
import { get } from '../api.js';
import { shortId } from '../format.js';
import { useLive } from '../live.js';
import { AgentName, PolicyName } from '../names.js';
import { Badge, Choice, Filters, Heading, Pages, Table, TextFilter, Time, Trouble } from '../parts.js';
import { html } from '../view.js';

export const states = ['pending', 'assigned', 'in-progress', 'completed', 'failed', 'cancelled'];
export const types = ['backup', 'check', 'prune'];

export function Progress({ task }) {
  const percent = task.progress?.percentDone;
  if (task.status !== 'in-progress' || percent === undefined) return null;
  return html`<progress max="100" value=${percent} aria-label="Progress">${percent} %</progress>
    <span class="percent">${percent.toFixed(0)} %</span>`;
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
  const page = useLive(
    () => get('/tasks', { ...query, limit: 50 }),
    { tasks: true, progress: true },
    JSON.stringify(query),
  );
  const filter = (changed) => go('tasks', { ...query, ...changed, cursor: undefined });
  return html`<${Heading} title="Tasks" />
    <${Filters} onChange=${filter}>
      <${Choice} name="status" label="State" value=${query.status} options=${states} />
      <${Choice} name="taskType" label="Type" value=${query.taskType} options=${types} />
      <${TextFilter} name="agentId" label="Agent id" value=${query.agentId} size="36" />
      <${TextFilter} name="policyId" label="Policy id" value=${query.policyId} size="36" />
    </${Filters}>
    <${Trouble} error=${page.error} />
    <${Table} caption="Tasks, newest first" rows=${page.data?.items} keyOf=${(t) => t.taskId} columns=${taskColumns}
      empty="No task is like that" />
    <${Pages} path="tasks" query=${query} next=${page.data?.nextCursor} />`;
}
