// What changed, told by the server's own long poll: one for each token in this browser, by whichever tab holds the
// lock, for all of its tabs. Without locks (an old browser) each tab polls for itself.
import { Problem, get } from './api.js';
import { session } from './session.js';
import { Store } from './store.js';

const WAIT_SECONDS = 50;
const HELLO = 'hello'; // of a tab that is new: how does it stand?
const PAUSES = [1000, 2000, 5000, 15000]; // after a failure, and another

// Whether news arrive: 'live', or why not.
export const connection = new Store('connecting');

const listeners = new Set();

// `heard` gets what GET /changes answers, or null: anything may have changed.
export function onChanges(heard) {
  listeners.add(heard);
  return () => listeners.delete(heard);
}

function tell(news) {
  if (news.connection) connection.set(news.connection);
  if ('changes' in news) for (const each of [...listeners]) each(news.changes);
}

const pause = (milliseconds, signal) =>
  new Promise((done) => {
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', () => (clearTimeout(timer), done()), { once: true });
  });

// Polls until `signal` says so; `say` is told of each piece of news.
async function poll(say, signal) {
  let cursor;
  let failures = 0;
  while (!signal.aborted) {
    try {
      const fresh = cursor === undefined;
      const changes = await get('/changes', fresh ? {} : { since: cursor, wait: WAIT_SECONDS }, { signal });
      cursor = changes?.cursor ?? cursor;
      failures = 0;
      say({ connection: 'live', ...(fresh ? { changes: null } : changes && { changes }) });
    } catch (failed) {
      if (signal.aborted || (failed instanceof Problem && failed.status === 401)) return;
      if (failed.status === 410) {
        cursor = undefined;
        continue;
      }
      say({ connection: failed.message });
      await pause(PAUSES[Math.min(failures++, PAUSES.length - 1)], signal);
    }
  }
}

// Begins to look on; answers how to end it.
export function lookOn() {
  const ending = new AbortController();
  const { signal } = ending;
  const name = `holdfast-changes-${session.value.who.tokenId}`;
  const channel = new BroadcastChannel(name);
  let polls = false;
  const say = (news) => {
    tell(news);
    channel.postMessage(news);
  };
  channel.onmessage = ({ data }) => {
    if (data !== HELLO) tell(data);
    else if (polls) channel.postMessage({ connection: connection.value });
  };
  channel.postMessage(HELLO);
  const begin = () => {
    polls = true;
    return poll(say, signal);
  };
  if (navigator.locks)
    navigator.locks.request(name, { signal }, begin).catch(() => {}); // ended while it waited
  else poll(tell, signal);
  return () => {
    ending.abort();
    channel.close();
  };
}
