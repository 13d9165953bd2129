// Where one is: #/tasks/ID?status=failed. The part behind # never reaches the server, and so no log of it.
import { Store } from './store.js';

function parsed() {
  const [path, query = ''] = location.hash.replace(/^#\/?/, '').split('?');
  return { path: path.split('/').filter(Boolean), query: Object.fromEntries(new URLSearchParams(query)) };
}

export const address = new Store(parsed());

addEventListener('hashchange', () => address.set(parsed()));

export function link(path, query = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  return `#/${path}${given.length ? `?${new URLSearchParams(given)}` : ''}`;
}

export function go(path, query) {
  location.hash = link(path, query);
}
