// Policies: what is backed up, and when.
import { link } from '../address.js';
import { get } from '../api.js';
import { useLive } from '../live.js';
import { Badge, Heading, Pages, Table, Time, Trouble } from '../parts.js';
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
  const page = useLive(() => get('/policies', { ...query, limit: 50 }), { policies: true }, JSON.stringify(query));
  return html`<${Heading} title="Policies">
      ${operates() && html`<a class="button" href=${link('policies/new')}>New policy</a>`}</${Heading}>
    <${Trouble} error=${page.error} />
    <${Table} caption="Policies, newest first" rows=${page.data?.items} keyOf=${(p) => p.policyId} columns=${columns}
      empty="There is no policy yet" />
    <${Pages} path="policies" query=${query} next=${page.data?.nextCursor} />`;
}
