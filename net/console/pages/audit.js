// Who changed what.
import { go, link } from '../address.js';
import { get } from '../api.js';
import { shortId, time } from '../format.js';
import { List } from '../list.js';
import { Choice, Filters, Heading } from '../parts.js';
import { html } from '../view.js';

const kinds = ['agent', 'policy', 'task', 'tenant', 'token'];
const pages = { agent: 'agents', policy: 'policies', task: 'tasks' };

function Subject({ of: entry }) {
  if (!entry.subjectId) return null;
  const path = pages[entry.subjectKind];
  const name = entry.details.name ?? entry.details.hostname ?? shortId(entry.subjectId);
  return path ? html`<a href=${link(`${path}/${entry.subjectId}`)}>${name}</a>` : name;
}

const columns = [
  { label: 'When', cell: (e) => html`<time datetime=${e.at}>${time(e.at)}</time>` },
  { label: 'What', cell: (e) => e.action },
  { label: 'About', cell: (e) => html`<${Subject} of=${e} />` },
  { label: 'By', cell: (e) => e.tokenName ?? e.by },
  { label: 'From', cell: (e) => e.address ?? '' },
  { label: 'Details', cell: (e) => html`<code>${JSON.stringify(e.details)}</code>` },
];

export function Audit({ query }) {
  const filter = (changed) => go('audit', { ...query, ...changed });
  return html`<${Heading} title="Audit" />
    <${Filters} onChange=${filter}>
      <${Choice} name="action" label="About" value=${query.action} options=${kinds} /></${Filters}>
    <${List} caption="Changes, newest first" query=${query} columns=${columns} keyOf=${(e) => e.auditId}
      load=${(cursor, limit) => get('/audit', { ...query, cursor, limit })}
      wanted=${{ policies: true, agents: true, tasks: true }} empty="No change is like that" />`;
}
