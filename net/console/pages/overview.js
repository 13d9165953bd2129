// The fleet at a glance: how many of what, what is late, and the last hour.
import { link } from '../address.js';
import { get } from '../api.js';
import { Chart } from '../chart.js';
import { ago, counted } from '../format.js';
import { useLive } from '../live.js';
import { Badge, Heading, Table, Time, Trouble } from '../parts.js';
import { html } from '../view.js';

const LATE_SHOWN = 10;

// Stale before late; each from the first page that the server tells.
async function late() {
  const pages = await Promise.all(['stale', 'late'].map((state) => get('/freshness', { state, limit: LATE_SHOWN })));
  return pages.flatMap((page) => page.items).slice(0, LATE_SHOWN);
}

function Figure({ value, name, path, query, alarm }) {
  return html`<li class=${alarm && value > 0 ? 'alarm' : ''}><a href=${link(path, query)}>
    <strong>${counted(value)}</strong> ${name}</a></li>`;
}

function Figures({ of: { agents, tasks, oldestDueTask: oldest, freshness } }) {
  return html`<section aria-label="Figures" class="figures">
    <div><h2>Agents</h2><ul>
      <${Figure} value=${agents.online} name="online" path="agents" query=${{ online: 'true' }} />
      <${Figure} value=${agents.offline} name="offline" path="agents" query=${{ online: 'false' }} alarm />
      <${Figure} value=${agents.paused} name="paused" path="agents" query=${{ paused: 'true' }} /></ul></div>
    <div><h2>Tasks</h2><ul>
      <${Figure} value=${tasks.pending} name="pending" path="tasks" query=${{ status: 'pending' }} />
      <${Figure} value=${tasks.assigned} name="assigned" path="tasks" query=${{ status: 'assigned' }} />
      <${Figure} value=${tasks.inProgress} name="in progress" path="tasks" query=${{ status: 'in-progress' }} /></ul>
      <p>${
        oldest
          ? html`${counted(tasks.due)} due, the oldest since ${ago(oldest.dueAt).replace(' ago', '')}`
          : 'Nothing due waits'
      }</p></div>
    <div><h2>Backups</h2><ul>
      ${['fresh', 'late', 'stale', 'never'].map(
        (state) => html`<${Figure} value=${freshness[state]} name=${state}
        path="freshness" query=${{ state }} alarm=${state === 'late' || state === 'stale'} />`,
      )}</ul></div>
  </section>`;
}

// One row for each minute of the last hour, those without tasks too.
function minutes({ at, lastHour }) {
  const known = new Map(lastHour.map((each) => [Date.parse(each.minute) / 1000, each]));
  const last = Math.floor(Date.parse(at) / 60000) * 60;
  const times = Array.from({ length: 61 }, (_, i) => last - (60 - i) * 60);
  const row = (member) => times.map((t) => known.get(t)?.[member] ?? 0);
  return [times, row('made'), row('completed'), row('failed')];
}

export function Overview() {
  const now = useLive(() => get('/overview'), { agents: true, tasks: true, freshness: true }, 'overview');
  const behind = useLive(late, { freshness: true }, 'late');
  const made = now.data?.lastHour.reduce((sum, each) => sum + each.made, 0);
  return html`<${Heading} title="Overview" /><${Trouble} error=${now.error ?? behind.error} />
    ${now.data ? html`<${Figures} of=${now.data} />` : html`<p class="waiting">Loading…</p>`}
    <section><h2>Late backups</h2><${Table} caption="Late backups, stale ones first" rows=${behind.data}
      keyOf=${(f) => f.policyId + f.agentId} empty="No backup is late"
      columns=${[
        { label: 'Agent', cell: (f) => html`<a href=${link(`agents/${f.agentId}`)}>${f.hostname}</a>` },
        { label: 'Policy', cell: (f) => html`<a href=${link(`policies/${f.policyId}`)}>${f.policyName}</a>` },
        { label: 'State', cell: (f) => html`<${Badge} state=${f.state} />` },
        { label: 'Last good backup', cell: (f) => html`<${Time} at=${f.lastSuccessAt} />` },
        {
          label: 'Why',
          cell: (f) => html`<a href=${link('tasks', { agentId: f.agentId, policyId: f.policyId })}>its tasks</a>`,
        },
      ]} /></section>
    ${
      now.data &&
      html`<section><h2>Tasks of the last hour</h2>
      <p>${made.toLocaleString('en')} made. By the minute in which they were made:</p>
      <${Chart} data=${minutes(now.data)} names=${['made', 'completed', 'failed']} /></section>`
    }`;
}
