// One agent: its contact, its disks, its limits, what it does.
import { link } from '../address.js';
import { call, get } from '../api.js';
import { bytes, span, time } from '../format.js';
import { useLive } from '../live.js';
import { Action, Badge, Facts, Field, Heading, Table, Time, Trouble, announce } from '../parts.js';
import { operates } from '../session.js';
import { Timeline } from '../timeline.js';
import { html, useState } from '../view.js';
import { AgentState } from './agents.js';
import { taskColumns } from './tasks.js';

async function load(agentId) {
  const [agent, tasks, freshness] = await Promise.all([
    get(`/agents/${agentId}`),
    get('/tasks', { agentId, limit: 40 }),
    get('/freshness', { agentId, limit: 200 }),
  ]);
  return { agent, tasks: tasks.items, freshness: freshness.items };
}

function Pause({ agent, reload }) {
  const change = (body) => async () => {
    await call('PATCH', `/agents/${agent.agentId}`, { body });
    reload();
  };
  const [note, setNote] = useState('');
  if (agent.paused)
    return html`<${Action} label="Resume" run=${change({ paused: false })} done="The agent is resumed" />`;
  return html`<${Field} name="note" label="Note" value=${note} maxlength="500"
      onInput=${(e) => setNote(e.target.value)} />
    <${Action} label="Pause" run=${change({ paused: true, pauseNote: note || null })} done="The agent is paused" />`;
}

const limits = [
  ['maxConcurrentTasks', 'Tasks at a time'],
  ['backup', 'Backups'],
  ['check', 'Checks'],
  ['prune', 'Prunes'],
];

function Limits({ agent, reload }) {
  const [wrong, setWrong] = useState(new Map());
  const present = { maxConcurrentTasks: agent.maxConcurrentTasks, ...agent.maxConcurrentTasksByType };
  const submit = async (event) => {
    event.preventDefault();
    const given = Object.fromEntries(
      limits.map(([name]) => {
        const { value } = event.target.elements[name];
        return [name, value === '' ? null : Number(value)];
      }),
    );
    const { maxConcurrentTasks, ...maxConcurrentTasksByType } = given;
    try {
      await call('PATCH', `/agents/${agent.agentId}`, { body: { maxConcurrentTasks, maxConcurrentTasksByType } });
      setWrong(new Map());
      announce('The limits are set');
      reload();
    } catch (failed) {
      setWrong(failed.fields ?? new Map());
      announce(failed.message);
    }
  };
  const wrongOf = (name) => wrong.get(name) ?? wrong.get(`maxConcurrentTasksByType/${name}`);
  return html`<form class="row" onSubmit=${submit}>${limits.map(
    ([name, label]) => html`<${Field} name=${name} label=${label}
    type="number" min="1" max="1000" placeholder="any" defaultValue=${present[name] ?? ''} error=${wrongOf(name)} />`,
  )}
    <button>Set limits</button></form>`;
}

function Disks({ disks }) {
  return html`<section><h2>Disks</h2><${Table} caption="Disks" rows=${disks} keyOf=${(d) => d.mountPath} columns=${[
    { label: 'Mounted at', cell: (d) => d.mountPath },
    { label: 'Free', cell: (d) => bytes(d.freeBytes) },
    { label: 'Size', cell: (d) => bytes(d.totalBytes) },
    {
      label: 'Used',
      cell: (d) => html`<meter min="0" max=${d.totalBytes} value=${d.totalBytes - d.freeBytes}
      aria-label=${`Used of ${d.mountPath}`}></meter>`,
    },
  ]} /></section>`;
}

export function Agent({ path: [, id] }) {
  const mine = (each) => (each.agentId ?? each) === id;
  const { data, error, reload } = useLive(
    () => load(id),
    { agents: mine, tasks: mine, progress: mine, freshness: mine },
    id,
  );
  const agent = data?.agent;
  if (!agent) return html`<${Heading} title="Agent" /><${Trouble} error=${error} />`;
  return html`<${Heading} title=${agent.hostname}><${AgentState} of=${agent} /></${Heading}>
    <${Trouble} error=${error} />
    ${
      agent.duplicateIdentity &&
      html`<p class="trouble">
      Two sessions of this agent poll from two addresses: is it there twice?</p>`
    }
    <${Facts} of=${[
      ['Last seen', html`<${Time} at=${agent.lastSeenAt} />`],
      ['Registered', time(agent.registeredAt)],
      ['System', [agent.os, agent.arch].filter(Boolean).join(' ')],
      ['Version', agent.version],
      ['Address', agent.ip],
      ['Up for', agent.uptimeSeconds === undefined ? undefined : span(agent.uptimeSeconds)],
      ['Last backup', agent.lastBackupStatus],
      [
        'Paused',
        agent.paused
          ? [agent.pausedUntil ? `until ${time(agent.pausedUntil)}` : 'until resumed', agent.pauseNote]
              .filter(Boolean)
              .join(': ')
          : undefined,
      ],
    ]} />
    ${
      operates() &&
      html`<section><h2>Pause and limits</h2><div class="row"><${Pause} agent=${agent} reload=${reload} /></div>
      <${Limits} agent=${agent} reload=${reload} /></section>`
    }
    <section><h2>Policies</h2><${Table} caption="Policies of this agent" rows=${data.freshness}
      keyOf=${(f) => f.policyId}
      empty="No policy is assigned to it" columns=${[
        { label: 'Policy', cell: (f) => html`<a href=${link(`policies/${f.policyId}`)}>${f.policyName}</a>` },
        { label: 'State', cell: (f) => html`<${Badge} state=${f.state} />` },
        { label: 'Last good backup', cell: (f) => html`<${Time} at=${f.lastSuccessAt} />` },
      ]} /></section>
    <section><h2>Tasks</h2>${data.tasks.length > 0 && html`<${Timeline} tasks=${data.tasks} />`}<${Table} caption="Its tasks, newest first" rows=${data.tasks} keyOf=${(t) => t.taskId}
      columns=${taskColumns.filter((c) => c.label !== 'Agent')} empty="It has had no task" />
      <p><a href=${link('tasks', { agentId: id })}>All its tasks</a></p></section>
    ${agent.disks?.length > 0 && html`<${Disks} disks=${agent.disks} />`}`;
}
