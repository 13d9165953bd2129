// Agents: who is there, and who is not.
import { go, link } from '../address.js';
import { get } from '../api.js';
import { List } from '../list.js';
import { Badge, Choice, Filters, Heading, TextFilter, Time } from '../parts.js';
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
  const filter = (changed) => go('agents', { ...query, ...changed });
  return html`<${Heading} title="Agents" />
    <${Filters} onChange=${filter}>
      <${TextFilter} type="search" name="hostname" label="Hostname" value=${query.hostname} />
      <${Choice} name="online" label="Online" value=${query.online} options=${['true', 'false']} />
      <${Choice} name="paused" label="Paused" value=${query.paused} options=${['true', 'false']} />
    </${Filters}>
    <${List} caption="Agents, newest first" query=${query} columns=${columns} keyOf=${(a) => a.agentId}
      load=${(cursor, limit) => get('/agents', { ...query, cursor, limit })} wanted=${{ agents: true }}
      empty="No agent is like that" />`;
}
