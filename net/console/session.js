// Who looks on: a token, kept for the browser session only, and what it may do.
import { Store } from './store.js';

const KEY = 'holdfast.token';

// {token, who: {kind, tokenId, tenantId}} of who is signed in; {why?} otherwise.
export const session = new Store({ token: sessionStorage.getItem(KEY) });

export function signIn(token, who) {
  sessionStorage.setItem(KEY, token);
  session.set({ token, who });
}

export function signOut(why) {
  sessionStorage.removeItem(KEY);
  session.set({ why });
}

const mayRead = ['viewer', 'operator', 'admin', 'root'];
const mayOperate = ['operator', 'admin', 'root'];
const mayAdminister = ['admin', 'root'];

const is = (kinds) => kinds.includes(session.value.who?.kind);

export const reads = () => is(mayRead);
export const operates = () => is(mayOperate);
export const administers = () => is(mayAdminister);
export const isRoot = () => is(['root']);
