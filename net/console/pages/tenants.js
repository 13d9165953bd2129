// New tenants, for the installation's root token. Nobody can list the others' tenants.
import { Problem, call } from '../api.js';
import { Field, Heading } from '../parts.js';
import { html, useState } from '../view.js';
import { Secret } from './tokens.js';

export function Tenants() {
  const [made, setMade] = useState();
  const [error, setError] = useState();
  const submit = async (event) => {
    event.preventDefault();
    try {
      setMade(await call('POST', '/tenants', { body: { name: event.target.elements.name.value } }));
      setError(undefined);
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
    ${made && html`<p>Tenant <code>${made.tenantId}</code></p><${Secret} token=${made.token} />`}`;
}
