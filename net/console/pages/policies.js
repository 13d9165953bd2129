// Policies: what is backed up, and when.
import { link } from '../address.js';
import { get } from '../api.js';
import { List } from '../list.js';
import { Badge, Heading, Time } from '../parts.js';
import { operates } from '../session.js';
import { html } from '../view.js';

const columns = [
  { label: 'Policy', cell: (p) => html`<a href=${link(`policies/${p.policyId}`)}>${p.name}</a>` },
  { label: 'State', cell: (p) => html`<${Badge} state=${p.enabled ? 'enabled' : 'disabled'} />` },
  { label: 'Backup', cell: (p) => html`<code>${p.schedule}</code> ${p.timezone}` },
  { label: 'Description', cell: (p) => p.description ?? '' },
  { label: 'Changed', cell: (p) => html`<${Time} at=${p.updatedAt} />` },
];

export function Policies({ query }) {
  return html`<${Heading} title="Policies">
      ${operates() && html`<a class="button" href=${link('policies/new')}>New policy</a>`}</${Heading}>
    <${List} caption="Policies, newest first" query=${query} columns=${columns} keyOf=${(p) => p.policyId}
      load=${(cursor, limit) => get('/policies', { cursor, limit })} wanted=${{ policies: true }}
      empty="There is no policy yet" />`;
}
