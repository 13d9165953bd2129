// The frame around the pages, and which page it shows.
import { address, link } from './address.js';
import { connection, lookOn } from './changes.js';
import { Agent } from './pages/agent.js';
import { Agents } from './pages/agents.js';
import { Audit } from './pages/audit.js';
import { Freshness } from './pages/freshness.js';
import { Overview } from './pages/overview.js';
import { Policies } from './pages/policies.js';
import { Policy } from './pages/policy.js';
import { PolicyForm } from './pages/policy-form.js';
import { Task } from './pages/task.js';
import { Tasks } from './pages/tasks.js';
import { Tenants } from './pages/tenants.js';
import { Repositories } from './pages/repositories.js';
import { Tokens } from './pages/tokens.js';
import { Announcements, Heading } from './parts.js';
import { administers, isRoot, operates, session, signOut } from './session.js';
import { SignIn, signInWith } from './signin.js';
import { useStore } from './store.js';
import { html, render, useEffect, useRef } from './view.js';

const Nothing = () => html`<${Heading} title="Not here" /><p>There is no such page, or not for this token.</p>`;

function pageAt([first, id, more]) {
  switch (first) {
    case undefined:
      return Overview;
    case 'agents':
      return id ? Agent : Agents;
    case 'tasks':
      return id ? Task : Tasks;
    case 'policies':
      if (id === 'new' || more === 'edit') return operates() ? PolicyForm : Nothing;
      return id ? Policy : Policies;
    case 'freshness':
      return Freshness;
    case 'repositories':
      return Repositories;
    case 'tokens':
      return administers() ? Tokens : Nothing;
    case 'audit':
      return administers() ? Audit : Nothing;
    case 'tenants':
      return isRoot() ? Tenants : Nothing;
    default:
      return Nothing;
  }
}

function Menu({ at }) {
  const entries = [
    ['', 'Overview'],
    ['tasks', 'Tasks'],
    ['agents', 'Agents'],
    ['policies', 'Policies'],
    ['freshness', 'Freshness'],
    ['repositories', 'Repositories'],
  ];
  if (administers()) entries.push(['tokens', 'Tokens'], ['audit', 'Audit']);
  if (isRoot()) entries.push(['tenants', 'Tenants']);
  return html`<nav aria-label="Pages"><ul>${entries.map(
    ([path, name]) => html`<li><a href=${link(path)}
    aria-current=${(at ?? '') === path ? 'page' : undefined}>${name}</a></li>`,
  )}</ul></nav>`;
}

function Connection() {
  const state = useStore(connection);
  return html`<span class=${`connection ${state === 'live' ? 'live' : 'cut'}`} role="status">
    ${state === 'live' ? 'live' : state === 'connecting' ? 'connecting…' : `not live: ${state}`}</span>`;
}

function Console({ who }) {
  const { path, query } = useStore(address);
  const main = useRef();
  useEffect(() => lookOn(), [who.tokenId]);
  // Another page: a screen reader begins at its heading, as it would after a page load.
  useEffect(() => {
    main.current.querySelector('h1')?.focus({ preventScroll: true });
    scrollTo(0, history.state?.top ?? 0); // where it was left, for who goes back to a list
  }, [path.join('/')]);
  const Page = pageAt(path);
  const skip = (event) => {
    event.preventDefault(); // the part behind # says which page it is
    main.current.focus();
  };
  return html`<a class="skip" href="#main" onClick=${skip}>To the content</a>
    <header><a class="brand" href=${link('')}>Holdfast</a><${Menu} at=${path[0]} />
      <div class="session"><${Connection} /> <span>${who.kind}</span>
        <button type="button" onClick=${() => signOut('You have signed out.')}>Sign out</button></div></header>
    <main ref=${main} tabindex="-1"><${Page} key=${path.join('/')} path=${path} query=${query} /></main>
    <${Announcements} />`;
}

function App() {
  const { token, who, why } = useStore(session);
  // After a reload there is a token, and nobody knows yet what it is.
  useEffect(() => {
    if (token && !who)
      signInWith(token).catch((failed) => signOut(failed.status === 401 ? session.value.why : failed.message));
  }, [token, who, why]);
  if (who) return html`<${Console} who=${who} />`;
  return token ? html`<p class="waiting">Signing in…</p>` : html`<${SignIn} />`;
}

history.scrollRestoration = 'manual';
render(html`<${App} />`, document.getElementById('app'));
