// The parts that pages are put together from.
import { link } from './address.js';
import { Problem } from './api.js';
import { ago, time } from './format.js';
import { Store, useStore } from './store.js';
import { html, useEffect, useState } from './view.js';

// A sentence for everybody, screen readers too: what an action came to.
const said = new Store('');

export function announce(text) {
  said.set(text);
}

export function Announcements() {
  const text = useStore(said);
  useEffect(() => {
    const timer = setTimeout(() => said.set(''), 8000);
    return () => clearTimeout(timer);
  }, [text]);
  return html`<div class="announcement" role="status">${text}</div>`;
}

export function Heading({ title, children }) {
  useEffect(() => {
    document.title = `${title} · Holdfast`;
  }, [title]);
  return html`<div class="heading"><h1 tabindex="-1">${title}</h1>${children}</div>`;
}

export function Trouble({ error }) {
  if (!error) return null;
  return html`<p class="trouble" role="alert">${error.message}
    ${error.requestId && html` <small>(request ${error.requestId})</small>`}</p>`;
}

export function Badge({ state }) {
  return html`<span class=${`badge ${state}`}>${state}</span>`;
}

// "3 min ago" grows old by itself.
export const now = new Store(Date.now());
setInterval(() => now.set(Date.now()), 10000);

// A time as it is far from now, and in full for who asks.
export function Time({ at }) {
  useStore(now);
  return at ? html`<time datetime=${at} title=${time(at)}>${ago(at)}</time>` : html`<span>never</span>`;
}

// `columns`: {label, cell(row)}; the first is the row's own name. `rows` undefined: not there yet.
export function Table({ caption, columns, rows, keyOf, empty = 'Nothing here' }) {
  if (!rows) return html`<p class="waiting">Loading…</p>`;
  if (rows.length === 0) return html`<p class="empty">${empty}</p>`;
  return html`<table class="list"><caption class="unseen">${caption}</caption>
    <thead><tr>${columns.map((c) => html`<th scope="col">${c.label}</th>`)}</tr></thead>
    <tbody>${rows.map(
      (row) =>
        html`<tr key=${keyOf(row)}>${columns.map((c, i) =>
          i === 0 ? html`<th scope="row">${c.cell(row)}</th>` : html`<td data-label=${c.label}>${c.cell(row)}</td>`,
        )}</tr>`,
    )}</tbody>
  </table>`;
}

// From one page of a list to the next; the address says which, so that the browser's Back goes back.
export function Pages({ path, query, next }) {
  const { cursor, ...first } = query;
  if (!cursor && !next) return null;
  return html`<nav class="pages" aria-label="Pages of the list">
    ${cursor && html`<a href=${link(path, first)}>First page</a>`}
    ${next && html`<a href=${link(path, { ...query, cursor: next })}>Next page</a>`}</nav>`;
}

export function Facts({ of }) {
  return html`<dl class="facts">${of
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

// A button whose action takes a while; what it came to is said. `ask`: a question that must be answered first.
export function Action({ label, ask, run, done, kind = '' }) {
  const [busy, setBusy] = useState(false);
  const act = async () => {
    if (ask && !confirm(ask)) return;
    setBusy(true);
    try {
      await run();
      if (done) announce(done);
    } catch (failed) {
      if (!(failed instanceof Problem)) throw failed;
      announce(`${label}: ${failed.message}`);
    } finally {
      setBusy(false);
    }
  };
  return html`<button type="button" class=${kind} disabled=${busy} onClick=${act}>${label}</button>`;
}

// A labelled field; with `defaultValue` what is typed stays, whatever is drawn anew. `error` stands beside it, and is
// what a screen reader reads with it.
export function Field({ name, label, help, error, children, ...input }) {
  const about = [error && `${name}-error`, help && `${name}-help`].filter(Boolean).join(' ');
  const common = { id: name, name, 'aria-invalid': error ? 'true' : undefined, 'aria-describedby': about || undefined };
  return html`<div class="field"><label for=${name}>${label}</label>
    ${children ? children(common) : html`<input ...${common} ...${input} />`}
    ${help && html`<small id=${`${name}-help`}>${help}</small>`}
    ${error && html`<p class="wrong" id=${`${name}-error`}>${error}</p>`}</div>`;
}

// Filters of a list, which live in the address.
export function Filters({ children, onChange }) {
  const change = (event) => onChange({ [event.target.name]: event.target.value });
  const submit = (event) => event.preventDefault(); // by Enter: the field has changed, and that was told
  return html`<form class="filters" role="search" onSubmit=${submit} onChange=${change}>${children}</form>`;
}

// Follows the address, and what is typed until that is told to it.
export function TextFilter({ name, label, value = '', ...input }) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const type = (event) => setText(event.target.value);
  return html`<label>${label} <input name=${name} value=${text} onInput=${type} ...${input} /></label>`;
}

export function Choice({ name, label, value = '', options }) {
  return html`<label>${label} <select name=${name} value=${value}>
    <option value="">any</option>
    ${options.map((each) => html`<option value=${each} selected=${each === value}>${each}</option>`)}
  </select></label>`;
}
