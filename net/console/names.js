// Agents and policies by their names; tasks know them by their ids.
import { link } from './address.js';
import { get } from './api.js';
import { shortId } from './format.js';
import { html, useEffect, useState } from './view.js';

const known = new Map(); // id: a promise of the name

function nameOf(path, id, member) {
  if (!known.has(id))
    known.set(
      id,
      get(`/${path}/${id}`)
        .then((it) => it[member])
        .catch(() => (known.delete(id), undefined)),
    );
  return known.get(id);
}

function Name({ path, id, member }) {
  const [name, setName] = useState();
  useEffect(() => {
    let ended = false;
    nameOf(path, id, member).then((it) => !ended && setName(it));
    return () => (ended = true);
  }, [id]);
  return html`<a href=${link(`${path}/${id}`)}>${name ?? shortId(id)}</a>`;
}

export const agentName = (id) => nameOf('agents', id, 'hostname');
export const policyName = (id) => nameOf('policies', id, 'name');
export const AgentName = ({ id }) => html`<${Name} path="agents" id=${id} member="hostname" />`;
export const PolicyName = ({ id }) => html`<${Name} path="policies" id=${id} member="name" />`;
