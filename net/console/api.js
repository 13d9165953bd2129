// Calls of the API, as everybody else makes them.
import { session, signOut } from './session.js';

// An answer that is not what was asked for: `status` (0: there was none), `code`, the server's sentence as message,
// and `fields`, the sentence for each field that failed, by its name.
export class Problem extends Error {
  constructor(status, body) {
    super(body.detail ?? body.title ?? `The server answered ${status}`);
    this.status = status;
    this.code = body.code;
    this.requestId = body.requestId;
    this.fields = new Map((body.errors ?? []).map((each) => [each.pointer.replace(/^\//, ''), each.detail]));
  }
}

const unreachable = () => new Problem(0, { detail: 'The server can’t be reached' });

export function target(path, query = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== '');
  return given.length ? `${path}?${new URLSearchParams(given)}` : path;
}

// The response; a Problem is thrown. A token that is good no longer ends the session.
export async function request(method, path, { body, token = session.value.token, signal } = {}) {
  const headers = { Authorization: `Bearer ${token}` };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  let response;
  try {
    response = await fetch(path, {
      method,
      headers,
      signal,
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (failed) {
    if (failed.name === 'AbortError') throw failed;
    throw unreachable();
  }
  if (response.ok) return response;
  const problem = new Problem(response.status, await response.json().catch(() => ({})));
  if (response.status === 401 && token === session.value.token)
    signOut('Your token is not valid any more: it has expired, or it was revoked.');
  throw problem;
}

// The body of the answer; null where it has none.
export async function call(method, path, options) {
  const response = await request(method, path, options);
  return response.status === 204 ? null : response.json();
}

export const get = (path, query, options) => call('GET', target(path, query), options);
