// The way in: a token, and what the server says of it.
import { Problem, call } from './api.js';
import { Field } from './parts.js';
import { session, signIn } from './session.js';
import { useStore } from './store.js';
import { html, useState } from './view.js';

const readers = ['viewer', 'operator', 'admin', 'root'];

export async function signInWith(token) {
  const who = await call('GET', '/whoami', { token });
  if (!readers.includes(who.kind))
    throw new Problem(403, {
      detail: 'This token is for agents. The console takes one of kind viewer, operator or admin.',
    });
  signIn(token, who);
}

export function SignIn() {
  const { why } = useStore(session);
  const [error, setError] = useState();
  const submit = async (event) => {
    event.preventDefault();
    setError(undefined);
    try {
      await signInWith(event.target.elements.token.value.trim());
    } catch (failed) {
      setError(failed.status === 401 ? 'The server does not know this token.' : failed.message);
    }
  };
  return html`<main class="signin"><h1>Holdfast</h1>
    ${why && html`<p role="alert">${why}</p>`}
    <form onSubmit=${submit}>
      <${Field} name="token" label="Token" type="password" autocomplete="off" required autofocus
        error=${error} help="Of kind viewer, operator or admin. It is kept until this tab is closed." />
      <button class="main">Sign in</button>
    </form></main>`;
}
