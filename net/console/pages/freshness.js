// A grid of policies by agents: whether each has a backup that is young enough.
import { go, link } from '../address.js';
import { get } from '../api.js';
import { ago } from '../format.js';
import { useLive } from '../live.js';
import { AgentFilter, PolicyFilter } from '../lookup.js';
import { Choice, Filters, Heading, Pages, Trouble } from '../parts.js';
import { html } from '../view.js';

const states = ['stale', 'late', 'never', 'fresh'];

// The items of one page as columns (policies) and rows (agents).
function gridOf(items) {
  const policies = new Map();
  const agents = new Map();
  for (const item of items) {
    policies.set(item.policyId, item.policyName);
    if (!agents.has(item.agentId)) agents.set(item.agentId, { hostname: item.hostname, cells: new Map() });
    agents.get(item.agentId).cells.set(item.policyId, item);
  }
  return { policies: [...policies], agents: [...agents].sort(([, a], [, b]) => a.hostname.localeCompare(b.hostname)) };
}

// To the cause: the tasks of that policy on that agent.
function Cell({ of: item }) {
  if (!item) return html`<td></td>`;
  const words = `${item.state}, last good backup ${ago(item.lastSuccessAt)}`;
  const cause = link('tasks', { policyId: item.policyId, agentId: item.agentId, taskType: 'backup' });
  return html`<td class=${`cell ${item.state}`}><a title=${words} href=${cause}>${item.state}</a></td>`;
}

function Grid({ items }) {
  if (items.length === 0) return html`<p class="empty">Nothing is like that</p>`;
  const { policies, agents } = gridOf(items);
  return html`<div class="wide" tabindex="0" role="region" aria-label="Freshness of backups">
    <table class="list grid">
    <caption class="unseen">Freshness of backups, policies across, agents down</caption>
    <thead><tr><th scope="col">Agent</th>${policies.map(
      ([id, name]) => html`<th scope="col"><a href=${link(`policies/${id}`)}>${name}</a></th>`,
    )}</tr></thead>
    <tbody>${agents.map(
      ([
        id,
        { hostname, cells },
      ]) => html`<tr key=${id}><th scope="row"><a href=${link(`agents/${id}`)}>${hostname}</a></th>
      ${policies.map(([policyId]) => html`<${Cell} of=${cells.get(policyId)} />`)}</tr>`,
    )}</tbody></table></div>`;
}

export function Freshness({ query }) {
  const page = useLive(
    () => get('/freshness', { ...query, limit: 200 }),
    { freshness: true, policies: true },
    JSON.stringify(query),
  );
  const filter = (changed) => go('freshness', { ...query, ...changed, cursor: undefined });
  return html`<${Heading} title="Freshness" />
    <${Filters} onChange=${filter}>
      <${Choice} name="state" label="State" value=${query.state} options=${states} />
      <${AgentFilter} name="agentId" label="Agent" value=${query.agentId} onChange=${filter} />
      <${PolicyFilter} name="policyId" label="Policy" value=${query.policyId} onChange=${filter} />
    </${Filters}>
    <${Trouble} error=${page.error} />
    ${page.data ? html`<${Grid} items=${page.data.items} />` : html`<p class="waiting">Loading…</p>`}
    <${Pages} path="freshness" query=${query} next=${page.data?.nextCursor} />`;
}
