// The installation's tenants, for its root token.
import { Problem, call, get } from '../api.js';
import { useLive } from '../live.js';
import { Field, Heading, Pages, Table, Time, Trouble } from '../parts.js';
import { html, useState } from '../view.js';
import { Secret } from './tokens.js';

export function Tenants({ query }) {
  const page = useLive(() => get('/tenants', { ...query, limit: 50 }), {}, JSON.stringify(query));
  const [made, setMade] = useState();
  const [error, setError] = useState();
  const submit = async (event) => {
    event.preventDefault();
    try {
      setMade(await call('POST', '/tenants', { body: { name: event.target.elements.name.value } }));
      setError(undefined);
      page.reload();
    } catch (failed) {
      if (!(failed instanceof Problem)) throw failed;
      setError(failed.fields.get('name') ?? failed.message);
    }
  };
  return html`<${Heading} title="Tenants" />
    <p>A tenant has agents, policies, tasks and tokens of its own. Its first admin token
    lets its people in.</p>
    <form class="row" novalidate onSubmit=${submit}>
      <${Field} name="name" label="Name of the new tenant" autocomplete="off" error=${error} />
      <button>Make</button></form>
    ${made && html`<p>Tenant <code>${made.tenantId}</code></p><${Secret} token=${made.token} />`}
    <${Trouble} error=${page.error} />
    <${Table} caption="Tenants, newest first" rows=${page.data?.items} keyOf=${(t) => t.tenantId} columns=${[
      { label: 'Name', cell: (t) => t.name },
      { label: 'Id', cell: (t) => html`<code>${t.tenantId}</code>` },
      { label: 'Made', cell: (t) => html`<${Time} at=${t.createdAt} />` },
    ]} /><${Pages} path="tenants" query=${query} next=${page.data?.nextCursor} />`;
}
