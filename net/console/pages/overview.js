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

const sum = (numbers) => numbers.reduce((total, each) => total + each, 0);

function Figure({ value, name, path, query, alarm }) {
  return html`<li class=${alarm && value > 0 ? 'alarm' : ''}><a href=${link(path, query)}>
    <strong>${counted(value)}</strong> ${name}</a></li>`;
}

function Oldest({ of, due }) {
  if (!of) return html`<p>Nothing due waits</p>`;
  const since = ago(of.dueAt).replace(' ago', '');
  return html`<p>${counted(due)} due, <a href=${link(`tasks/${of.taskId}`)}>the oldest</a> since ${since}</p>`;
}

function Figures({ of: { agents, tasks, oldestDueTask, freshness, lastHour } }) {
  const failed = sum(lastHour.map((m) => m.failed));
  return html`<section aria-label="Figures" class="figures">
    <div><h2>Agents</h2><ul>
      <${Figure} value=${agents.online} name="online" path="agents" query=${{ online: 'true' }} />
      <${Figure} value=${agents.offline} name="offline" path="agents" query=${{ online: 'false' }} alarm />
      <${Figure} value=${agents.paused} name="paused" path="agents" query=${{ paused: 'true' }} /></ul></div>
    <div><h2>Tasks</h2><ul>
      <${Figure} value=${tasks.pending} name="pending" path="tasks" query=${{ status: 'pending' }} />
      <${Figure} value=${tasks.assigned} name="assigned" path="tasks" query=${{ status: 'assigned' }} />
      <${Figure} value=${tasks.inProgress} name="in progress" path="tasks" query=${{ status: 'in-progress' }} />
      <${Figure} value=${failed} name="failed in the last hour" path="tasks" query=${{ status: 'failed' }} alarm /></ul>
      <${Oldest} of=${oldestDueTask} due=${tasks.due} /></div>
    <div><h2>Backups</h2><ul>
      ${['fresh', 'late', 'stale', 'never'].map(
        (state) => html`<${Figure} value=${freshness[state]} name=${state}
        path="freshness" query=${{ state }} alarm=${state === 'late' || state === 'stale'} />`,
      )}</ul></div>
  </section>`;
}

const seconds = (text) => Date.parse(text) / 1000;

// The last sixty minutes with the present one, and `rows` of what each is told of: {minute, …}; `absent` where none is.
function byMinute(at, told, absent, rows) {
  const known = new Map(told.map((each) => [seconds(each.minute), each]));
  const present = Math.floor(seconds(at) / 60) * 60;
  const times = Array.from({ length: 60 }, (_, i) => present - (59 - i) * 60);
  return [times, ...rows.map((row) => times.map((t) => (known.has(t) ? row(known.get(t)) : absent)))];
}

const inMilliseconds = (value) => `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ms`;
const last = (numbers, tell) => {
  const known = numbers.filter((each) => each !== null && each !== undefined);
  return known.length ? tell(known.at(-1)) : 'unknown yet';
};

function TasksByMinute({ of: { at, lastHour } }) {
  const data = byMinute(at, lastHour, 0, [(m) => m.made, (m) => m.completed + m.failed, (m) => m.failed]);
  const made = sum(lastHour.map((m) => m.made));
  const completed = sum(lastHour.map((m) => m.completed));
  const failed = sum(lastHour.map((m) => m.failed));
  return html`<${Chart} title="Tasks per minute" bars data=${data} series=${[
    { name: 'open or cancelled', tone: '--line-1', words: (made - completed - failed).toLocaleString('en') },
    { name: 'completed', tone: '--line-2', words: completed.toLocaleString('en') },
    { name: 'failed', tone: '--line-3', words: failed.toLocaleString('en') },
  ]} />`;
}

function WakeUps({ of: { at, polls } }) {
  const ms = (value) => (value === undefined ? null : value * 1000);
  const data = byMinute(at, polls, null, [(m) => ms(m.p99WakeSeconds), (m) => ms(m.medianWakeSeconds)]);
  return html`<${Chart} title="From a wake-up to the task" data=${data} tell=${inMilliseconds} series=${[
    { name: 'slowest hundredth', tone: '--line-1', words: last(data[1], inMilliseconds) },
    { name: 'median', tone: '--line-2', words: last(data[2], inMilliseconds) },
  ]} />`;
}

function PollsWaiting({ of: { at, polls } }) {
  const data = byMinute(at, polls, null, [(m) => m.waiting]);
  return html`<${Chart} title="Polls waiting" data=${data} series=${[
    { name: 'of all agents', tone: '--line-1', words: last(data[1], (n) => n.toLocaleString('en')) },
  ]} />`;
}

const behindColumns = [
  { label: 'Agent', cell: (f) => html`<a href=${link(`agents/${f.agentId}`)}>${f.hostname}</a>` },
  { label: 'Policy', cell: (f) => html`<a href=${link(`policies/${f.policyId}`)}>${f.policyName}</a>` },
  { label: 'State', cell: (f) => html`<${Badge} state=${f.state} />` },
  { label: 'Last good backup', cell: (f) => html`<${Time} at=${f.lastSuccessAt} />` },
  {
    label: 'Why',
    cell: (f) => html`<a href=${link('tasks', { agentId: f.agentId, policyId: f.policyId })}>its tasks</a>`,
  },
];

export function Overview() {
  const now = useLive(() => get('/overview'), { agents: true, tasks: true, freshness: true }, 'overview');
  const behind = useLive(late, { freshness: true }, 'late');
  return html`<${Heading} title="Overview" /><${Trouble} error=${now.error ?? behind.error} />
    ${now.data ? html`<${Figures} of=${now.data} />` : html`<p class="waiting">Loading…</p>`}
    <section><h2>Late backups</h2><${Table} caption="Late backups, stale ones first" rows=${behind.data}
      keyOf=${(f) => f.policyId + f.agentId} empty="No backup is late" columns=${behindColumns} /></section>
    ${
      now.data &&
      html`<section><h2>The last hour</h2><div class="charts"><${TasksByMinute} of=${now.data} />
      <${WakeUps} of=${now.data} /><${PollsWaiting} of=${now.data} /></div></section>`
    }`;
}
