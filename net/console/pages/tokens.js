// Tokens of this tenant: made, shown once, revoked.
import { Problem, call, get } from '../api.js';
import { time } from '../format.js';
import { useLive } from '../live.js';
import { Action, Field, Heading, Pages, Table, Time, Trouble, announce } from '../parts.js';
import { session } from '../session.js';
import { html, useState } from '../view.js';

const kinds = ['viewer', 'operator', 'admin', 'enroll', 'fleet', 'agent'];

// What the server shows once, and never again.
export function Secret({ token }) {
  return html`<p class="secret" role="alert">The new token, shown this once: <code>${token}</code></p>`;
}

function bodyFrom(form) {
  const value = (name) => form.elements[name].value.trim();
  const body = { kind: value('kind'), name: value('name') };
  if (value('expiresAt')) body.expiresAt = new Date(value('expiresAt')).toISOString();
  if (value('agentId')) body.agentId = value('agentId');
  return body;
}

function Make({ reload }) {
  const [token, setToken] = useState();
  const [wrong, setWrong] = useState(new Map());
  const submit = async (event) => {
    event.preventDefault();
    const form = event.target;
    try {
      setToken((await call('POST', '/tokens', { body: bodyFrom(form) })).token);
      setWrong(new Map());
      form.reset();
      reload();
    } catch (failed) {
      if (!(failed instanceof Problem)) throw failed;
      setWrong(failed.fields);
      announce(failed.message);
    }
  };
  return html`<section><h2>New token</h2><form class="row" novalidate onSubmit=${submit}>
      <${Field} name="name" label="Name" required autocomplete="off" error=${wrong.get('name')} />
      <${Field} name="kind" label="Kind" error=${wrong.get('kind')}>${(common) => html`<select ...${common}>
        ${kinds.map((kind) => html`<option>${kind}</option>`)}</select>`}</${Field}>
      <${Field} name="expiresAt" label="Expires (never: empty)" type="datetime-local" error=${wrong.get('expiresAt')} />
      <${Field} name="agentId" label="Agent id (of kind agent)" error=${wrong.get('agentId')} />
      <button>Make</button></form>${token && html`<${Secret} token=${token} />`}</section>`;
}

export function Tokens({ query }) {
  const { data, error, reload } = useLive(() => get('/tokens', { ...query, limit: 50 }), {}, JSON.stringify(query));
  const revoke = (token) => async () => {
    await call('DELETE', `/tokens/${token.tokenId}`);
    reload();
  };
  const own = session.value.who.tokenId;
  return html`<${Heading} title="Tokens" /><${Make} reload=${reload} /><${Trouble} error=${error} />
    <${Table} caption="Tokens, newest first" rows=${data?.items} keyOf=${(t) => t.tokenId} columns=${[
      { label: 'Name', cell: (t) => t.name },
      { label: 'Kind', cell: (t) => t.kind },
      { label: 'Made', cell: (t) => html`<${Time} at=${t.createdAt} />` },
      { label: 'Expires', cell: (t) => time(t.expiresAt) || 'never' },
      { label: 'Uses', cell: (t) => (t.maxUses ? `${t.uses} of ${t.maxUses}` : '') },
      {
        label: 'Change',
        cell: (t) =>
          t.tokenId === own
            ? 'this session’s'
            : html`<${Action} label="Revoke"
        ask=${`Revoke the token ${t.name}?`} kind="danger" run=${revoke(t)}
        done=${`The token ${t.name} is revoked`} />`,
      },
    ]} /><${Pages} path="tokens" query=${query} next=${data?.nextCursor} />`;
}
