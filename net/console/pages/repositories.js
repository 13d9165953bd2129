// Repositories: who holds each, and what waits for it, in order, and why.
import { go, link } from '../address.js';
import { get } from '../api.js';
import { shortId } from '../format.js';
import { List } from '../list.js';
import { Choice, Filters, Heading, TextFilter, Time } from '../parts.js';
import { Reason } from '../reason.js';
import { html } from '../view.js';

const task = (of) => html`<a href=${link(`tasks/${of.taskId}`)}>${of.taskType} ${shortId(of.taskId)}</a>`;
const agent = (of) => html`<a href=${link(`agents/${of.agentId}`)}>${of.hostname ?? 'an agent that was deleted'}</a>`;

function More({ shown, count }) {
  if (count <= shown) return null;
  return html`<p>and ${count >= 1000 ? 'at least ' : ''}${(count - shown).toLocaleString('en')} more</p>`;
}

function Holding({ of }) {
  if (of.holdingCount === 0) return 'nobody';
  return html`<ul class="users">${of.holding.map(
    (each) => html`<li>${task(each)} on ${agent(each)}
      <small>since <${Time} at=${each.assignedAt} />, lease ends <${Time} at=${each.leaseExpiresAt} /></small></li>`,
  )}</ul><${More} shown=${of.holding.length} count=${of.holdingCount} />`;
}

function Waiting({ of }) {
  if (of.waitingCount === 0) return 'nothing';
  return html`<ol class="users">${of.waiting.map(
    (each) => html`<li>${task(each)} of ${agent(each)}
      <ul class="why">${each.reasons.map((reason) => html`<li><${Reason} of=${reason} /></li>`)}</ul></li>`,
  )}</ol><${More} shown=${of.waiting.length} count=${of.waitingCount} />`;
}

const columns = [
  { label: 'Repository', cell: (r) => html`<code>${r.repository}</code>` },
  { label: 'Held by', cell: (r) => html`<${Holding} of=${r} />` },
  { label: 'Waits for it, in order', cell: (r) => html`<${Waiting} of=${r} />` },
];

export function Repositories({ query }) {
  const filter = (changed) => go('repositories', { ...query, ...changed });
  return html`<${Heading} title="Repositories" />
    <${Filters} onChange=${filter}>
      <${Choice} name="state" label="State" value=${query.state} options=${['held', 'waiting']} />
      <${TextFilter} type="search" name="repository" label="Repository" value=${query.repository} size="36" />
    </${Filters}>
    <${List} caption="Repositories that tasks hold or wait for" query=${query} columns=${columns}
      load=${(cursor, limit) => get('/repositories', { ...query, cursor, limit })} wanted=${{ tasks: true, agents: true }}
      keyOf=${(r) => r.repository} empty="No task holds or waits for one like that" />`;
}
