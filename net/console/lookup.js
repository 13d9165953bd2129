// A filter by agent or policy: its name is typed or chosen, its id is what is asked for.
import { get } from './api.js';
import { agentName, policyName } from './names.js';
import { html, useEffect, useState } from './view.js';

const SETTLES_IN = 200; // milliseconds without another key

const agents = {
  nameOf: agentName,
  find: async (text) =>
    (await get('/agents', { hostname: text, limit: 20 })).items.map((a) => [a.hostname, a.agentId]),
};
const policies = {
  nameOf: policyName,
  find: async (text) =>
    (await get('/policies', { limit: 200 })).items
      .filter((p) => p.name.toLowerCase().includes(text.toLowerCase()))
      .map((p) => [p.name, p.policyId]),
};

function Lookup({ kind, name, label, value = '', onChange }) {
  const [text, setText] = useState('');
  const [found, setFound] = useState([]);
  useEffect(() => {
    setText('');
    if (value) kind.nameOf(value).then((it) => setText(it ?? value));
  }, [value]);
  useEffect(() => {
    let ended = false;
    const look = () => kind.find(text).then((it) => !ended && setFound(it)).catch(() => {});
    const timer = setTimeout(look, SETTLES_IN);
    return () => {
      ended = true;
      clearTimeout(timer);
    };
  }, [text]);
  // What is chosen or typed to the end; what names none finds nothing.
  const settle = async (event) => {
    event.stopPropagation();
    const wanted = event.target.value.trim();
    const known = wanted ? await kind.find(wanted).catch(() => []) : [];
    const id = known.find(([each]) => each.toLowerCase() === wanted.toLowerCase())?.[1];
    event.target.setCustomValidity(wanted && !id ? 'There is none of that name' : '');
    event.target.reportValidity();
    if (id || !wanted) onChange({ [name]: id ?? '' });
  };
  return html`<label>${label} <input type="search" name=${name} list=${`${name}-found`} autocomplete="off" value=${text}
      placeholder="any" onInput=${(e) => setText(e.target.value)} onChange=${settle} /></label>
    <datalist id=${`${name}-found`}>${found.map(([each]) => html`<option value=${each} />`)}</datalist>`;
}

export const AgentFilter = (of) => html`<${Lookup} kind=${agents} ...${of} />`;
export const PolicyFilter = (of) => html`<${Lookup} kind=${policies} ...${of} />`;
