// A task's log: fetched as it grows, searched here.
import { request, target } from './api.js';
import { onChanges } from './changes.js';
import { Trouble } from './parts.js';
import { html, useEffect, useRef, useState } from './view.js';

const CHARACTERS_MAX = 2_000_000; // what is older is left out, and said to be

// Hands over what the log has from that byte on, piece by piece; answers where it ends.
async function read(taskId, attempt, offset, take, signal) {
  const response = await request('GET', target(`/tasks/${taskId}/log`, { attempt, offset }), { signal });
  const decoder = new TextDecoder();
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return offset;
    offset += value.length;
    take(decoder.decode(value, { stream: true }));
  }
}

// {text, error}: follows the log of an attempt as long as the page is there.
function useLog(taskId, attempt) {
  const [state, setState] = useState({ text: '' });
  useEffect(() => {
    const ending = new AbortController();
    let offset = 0;
    let busy = false;
    let again = false;
    const more = async () => {
      again = busy;
      if (busy) return;
      busy = true;
      try {
        offset = await read(
          taskId,
          attempt,
          offset,
          (piece) => setState((before) => ({ text: (before.text + piece).slice(-CHARACTERS_MAX) })),
          ending.signal,
        );
      } catch (error) {
        if (!ending.signal.aborted) setState((before) => ({ ...before, error }));
      }
      busy = false;
      if (again && !ending.signal.aborted) more();
    };
    setState({ text: '' });
    more();
    const concerned = (each) => each.taskId === taskId;
    const deaf = onChanges((changes) => {
      if (!changes || changes.many.length || changes.progress.some(concerned) || changes.tasks.some(concerned)) more();
    });
    return () => {
      ending.abort();
      deaf();
    };
  }, [taskId, attempt]);
  return state;
}

export function Log({ task }) {
  const [attempt, setAttempt] = useState(task.attempt);
  const [wanted, setWanted] = useState('');
  const end = useRef();
  const { text, error } = useLog(task.taskId, attempt || undefined);
  useEffect(() => setAttempt(task.attempt), [task.attempt]);
  const attempts = Array.from({ length: task.attempt }, (_, i) => i + 1);
  const lines = text.split('\n');
  const shown = wanted ? lines.filter((line) => line.toLowerCase().includes(wanted.toLowerCase())) : lines;
  useEffect(() => {
    if (!wanted && task.status === 'in-progress') end.current.scrollTop = end.current.scrollHeight;
  }, [text, wanted]);
  return html`<section><h2>Log</h2><div class="filters">
      <label>Find <input type="search" value=${wanted} onInput=${(e) => setWanted(e.target.value)} /></label>
      ${
        task.attempt > 1 &&
        html`<label>Attempt <select value=${attempt} onChange=${(e) => setAttempt(Number(e.target.value))}>
        ${attempts.map((each) => html`<option value=${each}>${each}</option>`)}</select></label>`
      }
      ${wanted && html`<span role="status">${shown.length} of ${lines.length} lines</span>`}</div>
    <${Trouble} error=${error} />
    ${text.length >= CHARACTERS_MAX && html`<p>The beginning is left out.</p>`}
    <pre class="log" tabindex="0" aria-label="Log" ref=${end}>${shown.join('\n') || 'No log (yet)'}</pre></section>`;
}
