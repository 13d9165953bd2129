// Runs to come: of a policy, or of schedules that are being thought of.
import { get } from '../api.js';
import { time } from '../format.js';
import { Table } from '../parts.js';
import { html, useEffect, useState } from '../view.js';

const SETTLES_IN = 300; // milliseconds without another key

// On the schedules' own clock, as the server tells it: no other is right here.
const onItsClock = (run) => run.local.replace('T', ' ');

export function Runs({ of: { items, timezone } }) {
  return html`<${Table} caption=${`Next runs, in ${timezone}`} rows=${items} keyOf=${(run) => run.taskType + run.at}
    empty="None: the policy is not enabled" columns=${[
      { label: timezone, cell: (run) => html`<time datetime=${run.at}>${onItsClock(run)}</time>` },
      { label: 'Here', cell: (run) => time(run.at) },
      { label: 'Task', cell: (run) => run.taskType },
    ]} />`;
}

// `asked`: schedule, checkSchedule, pruneSchedule, timezone, as they are typed.
export function Preview({ asked }) {
  const [found, setFound] = useState();
  useEffect(() => {
    const ending = new AbortController();
    const { signal } = ending;
    const ask = async () => {
      try {
        setFound({ runs: await get('/next-runs', { ...asked, count: 5 }, { signal }) });
      } catch (error) {
        if (!signal.aborted) setFound({ error });
      }
    };
    const timer = setTimeout(ask, SETTLES_IN);
    return () => {
      clearTimeout(timer);
      ending.abort();
    };
  }, [JSON.stringify(asked)]);
  return html`<section aria-live="polite"><h2>Next runs</h2>
    ${found?.error && html`<p class="wrong">${found.error.message}</p>`}
    ${found?.runs && html`<${Runs} of=${found.runs} />`}</section>`;
}
