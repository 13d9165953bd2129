// One policy: what it says, its next runs, its agents.
import { go, link } from '../address.js';
import { Problem, call, get } from '../api.js';
import { span } from '../format.js';
import { useLive } from '../live.js';
import { Action, Badge, Facts, Heading, Pages, Table, Time, Trouble, announce } from '../parts.js';
import { operates } from '../session.js';
import { html, useState } from '../view.js';
import { Runs } from './runs.js';

async function load(policyId, cursor) {
  const [policy, runs, agents] = await Promise.all([
    get(`/policies/${policyId}`),
    get(`/policies/${policyId}/next-runs`, { count: 5 }),
    get('/freshness', { policyId, cursor, limit: 50 }),
  ]);
  return { policy, runs, agents };
}

function Actions({ policy }) {
  const run = async (taskType) => {
    const made = await call('POST', `/policies/${policy.policyId}/run`, { body: { taskType } });
    announce(`${made.count} ${taskType} task(s) made`);
  };
  const remove = async () => {
    await call('DELETE', `/policies/${policy.policyId}`);
    announce('The policy is deleted');
    go('policies');
  };
  return html`<div class="actions"><a class="button" href=${link(`policies/${policy.policyId}/edit`)}>Edit</a>
    <${Action} label="Run now" run=${() => run('backup')} />
    <${Action} label="Check now" run=${() => run('check')} />
    <${Action} label="Delete" ask=${`Delete the policy ${policy.name}?`} kind="danger" run=${remove} /></div>`;
}

// Finds an agent by a part of its hostname, and assigns the policy to it.
function Assign({ policyId, reload }) {
  const [found, setFound] = useState();
  const find = async (event) => {
    event.preventDefault();
    try {
      setFound((await get('/agents', { hostname: event.target.elements.hostname.value, limit: 10 })).items);
    } catch (failed) {
      if (!(failed instanceof Problem)) throw failed;
      announce(failed.message);
    }
  };
  const assign = (agent) => async () => {
    await call('POST', `/policies/${policyId}/agents/${agent.agentId}`);
    setFound(undefined);
    reload();
  };
  return html`<form class="row" role="search" onSubmit=${find}><label>Assign to the agent
      <input type="search" name="hostname"
      placeholder="a part of its hostname" /></label><button>Find</button></form>
    ${
      found &&
      (found.length
        ? html`<ul class="found">${found.map(
            (a) => html`<li>${a.hostname}
      <${Action} label=${`Assign to ${a.hostname}`} run=${assign(a)} done=${`Assigned to ${a.hostname}`} /></li>`,
          )}</ul>`
        : html`<p>No hostname holds that</p>`)
    }`;
}

function Agents({ policyId, agents, reload, query }) {
  const unassign = (agent) => async () => {
    await call('DELETE', `/policies/${policyId}/agents/${agent.agentId}`);
    reload();
  };
  const columns = [
    { label: 'Agent', cell: (f) => html`<a href=${link(`agents/${f.agentId}`)}>${f.hostname}</a>` },
    { label: 'State', cell: (f) => html`<${Badge} state=${f.state} />` },
    { label: 'Last good backup', cell: (f) => html`<${Time} at=${f.lastSuccessAt} />` },
  ];
  if (operates())
    columns.push({
      label: 'Change',
      cell: (f) => html`<${Action} label="Unassign" ask=${`Unassign it from ${f.hostname}?`}
      run=${unassign(f)} done=${`Unassigned from ${f.hostname}`} />`,
    });
  return html`<section><h2>Agents</h2>${operates() && html`<${Assign} policyId=${policyId} reload=${reload} />`}
    <${Table} caption="Agents of this policy" rows=${agents.items} keyOf=${(f) => f.agentId} columns=${columns}
      empty="It is assigned to no agent" />
    <${Pages} path=${`policies/${policyId}`} query=${query} next=${agents.nextCursor} /></section>`;
}

const listed = (texts) => html`<ul>${texts.map((text) => html`<li><code>${text}</code></li>`)}</ul>`;
const text = (value) => (typeof value === 'string' ? value : JSON.stringify(value));

export function Policy({ path: [, id], query }) {
  const mine = (each) => each === id;
  const { data, error, reload } = useLive(
    () => load(id, query.cursor),
    { policies: mine, freshness: true },
    id + (query.cursor ?? ''),
  );
  const policy = data?.policy;
  if (!policy) return html`<${Heading} title="Policy" /><${Trouble} error=${error} />`;
  return html`<${Heading} title=${policy.name}>${operates() && html`<${Actions} policy=${policy} />`}</${Heading}>
    <${Trouble} error=${error} />
    <${Facts} of=${[
      ['State', html`<${Badge} state=${policy.enabled ? 'enabled' : 'disabled'} />`],
      ['Description', policy.description],
      ['Backup', policy.schedule],
      ['Check', policy.checkSchedule],
      ['Prune', policy.pruneSchedule],
      ['Time zone', policy.timezone],
      ['Spread', policy.spreadSeconds ? span(policy.spreadSeconds) : undefined],
      ['Late after', policy.maxAgeSeconds ? span(policy.maxAgeSeconds) : undefined],
      ['Repository', text(policy.repository)],
      ['Keeps', policy.retention && text(policy.retention)],
      ['Backs up', listed(policy.includePaths)],
      ['Leaves out', policy.excludePaths?.length ? listed(policy.excludePaths) : undefined],
    ]} />
    <section><h2>Next runs</h2><${Runs} of=${data.runs} /></section>
    <${Agents} policyId=${id} agents=${data.agents} reload=${reload} query=${query} />`;
}
