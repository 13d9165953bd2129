// What a page shows, loaded again when something of it changed.
import { onChanges } from './changes.js';
import { useEffect, useState } from './view.js';

const AT_MOST_EVERY = 1000; // milliseconds

const groups = ['agents', 'tasks', 'progress', 'policies', 'freshness'];

// Whether news concern a page that shows these groups, by the names of GET /changes: true, or which of their ids.
function concerns(changes, wanted) {
  if (changes === null) return true;
  return groups.some((group) => {
    const test = wanted[group];
    if (!test) return false;
    if (changes.many.includes(group)) return true;
    return changes[group].some((each) => test === true || test(each));
  });
}

// {data, error, reload}. `load` answers a promise; it is called anew when `key` changes, and when news come that
// `wanted` names: {tasks: true} for any task, {tasks: (each) => each.taskId === id} for one. While `idle` nothing is
// loaded, and what there is stays.
export function useLive(load, wanted, key, idle = false) {
  const [state, setState] = useState({ key });
  const [reload, setReload] = useState(() => () => {});
  useEffect(() => {
    if (idle) return undefined;
    let ended = false;
    let timer;
    let running = false;
    let again = false;
    let last = 0;
    const run = async () => {
      timer = undefined;
      running = true;
      last = Date.now();
      try {
        const data = await load();
        if (!ended) setState({ key, data });
      } catch (error) {
        if (!ended) setState((before) => ({ key, data: before.key === key ? before.data : undefined, error }));
      }
      running = false;
      if (again && !ended) soon();
    };
    const soon = () => {
      again = running;
      if (running || timer !== undefined) return;
      timer = setTimeout(run, Math.max(0, last + AT_MOST_EVERY - Date.now()));
    };
    const now = () => {
      last = 0;
      clearTimeout(timer);
      timer = undefined;
      soon();
    };
    run();
    setReload(() => now);
    const deaf = onChanges((changes) => {
      if (concerns(changes, wanted)) soon();
    });
    return () => {
      ended = true;
      clearTimeout(timer);
      deaf();
    };
  }, [key, idle]);
  return { ...(state.key === key ? state : {}), reload };
}
