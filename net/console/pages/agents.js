// Agents: who is there, and who is not.
import { go, link } from '../address.js';
import { get } from '../api.js';
import { useLive } from '../live.js';
import { Badge, Choice, Filters, Heading, Pages, Table, TextFilter, Time, Trouble } from '../parts.js';
import { html } from '../view.js';

export function AgentState({ of: agent }) {
  return html`<${Badge} state=${agent.status} />${agent.paused && html` <${Badge} state="paused" />`}`;
}

const columns = [
  { label: 'Agent', cell: (a) => html`<a href=${link(`agents/${a.agentId}`)}>${a.hostname}</a>` },
  { label: 'State', cell: (a) => html`<${AgentState} of=${a} />` },
  { label: 'Last seen', cell: (a) => html`<${Time} at=${a.lastSeenAt} />` },
  { label: 'Running', cell: (a) => a.tasksRunning },
  { label: 'System', cell: (a) => [a.os, a.arch].filter(Boolean).join(' ') },
  { label: 'Version', cell: (a) => a.version ?? '' },
];

export function Agents({ query }) {
  const page = useLive(() => get('/agents', { ...query, limit: 50 }), { agents: true }, JSON.stringify(query));
  const filter = (changed) => go('agents', { ...query, ...changed, cursor: undefined });
  return html`<${Heading} title="Agents" />
    <${Filters} onChange=${filter}>
      <${TextFilter} type="search" name="hostname" label="Hostname" value=${query.hostname} />
      <${Choice} name="online" label="Online" value=${query.online} options=${['true', 'false']} />
      <${Choice} name="paused" label="Paused" value=${query.paused} options=${['true', 'false']} />
    </${Filters}>
    <${Trouble} error=${page.error} />
    <${Table} caption="Agents, newest first" rows=${page.data?.items} keyOf=${(a) => a.agentId} columns=${columns}
      empty="No agent is like that" />
    <${Pages} path="agents" query=${query} next=${page.data?.nextCursor} />`;
}
