// One task: why it is where it is, what happened to it, what it left, its log.
import { go, link } from '../address.js';
import { call, get } from '../api.js';
import { bytes, shortId, span, time } from '../format.js';
import { useLive } from '../live.js';
import { Log } from '../log.js';
import { AgentName, PolicyName } from '../names.js';
import { Action, Badge, Facts, Heading, Table, Trouble } from '../parts.js';
import { Reason } from '../reason.js';
import { operates } from '../session.js';
import { Progress } from './tasks.js';
import { html } from '../view.js';

async function load(id) {
  const [task, explanation] = await Promise.all([get(`/tasks/${id}`), get(`/tasks/${id}/explain`)]);
  return { task, explanation };
}

// The same policy on the same agent, once more.
async function runAgain(task) {
  const made = await call('POST', `/policies/${task.policyId}/run`, {
    body: { taskType: task.taskType, agentIds: [task.agentId] },
  });
  go(`tasks/${made.taskIds[0]}`);
}

function Actions({ task, reload }) {
  const held = ['assigned', 'in-progress'].includes(task.status);
  const open = held || task.status === 'pending';
  const post = (what) => async () => {
    await call('POST', `/tasks/${task.taskId}/${what}`);
    reload();
  };
  const retry = { label: open ? 'Do not wait' : 'Retry', run: post('retry'), done: 'The task is pending again' };
  const cancel = { label: 'Cancel', ask: 'Cancel this task?', run: post('cancel'), done: 'The task is cancelled' };
  const again = { label: 'Run again', run: () => runAgain(task), done: 'A new task was made' };
  return html`<div class="actions">
    ${!held && task.status !== 'completed' && html`<${Action} ...${retry} />`}
    ${open ? html`<${Action} ...${cancel} kind="danger" />` : html`<${Action} ...${again} />`}</div>`;
}

function Why({ explanation }) {
  return html`<section aria-labelledby="why"><h2 id="why">Why it is where it is</h2><ul class="reasons">
    ${explanation.reasons.map((reason) => html`<li><${Reason} of=${reason} /></li>`)}</ul></section>`;
}

function History({ entries }) {
  return html`<section><h2>History</h2><${Table} caption="What happened to it" rows=${[...entries].reverse()}
    keyOf=${(e) => e.at + e.event} columns=${[
      { label: 'When', cell: (e) => html`<time datetime=${e.at}>${time(e.at)}</time>` },
      { label: 'What', cell: (e) => e.event },
      { label: 'State', cell: (e) => html`<${Badge} state=${e.to} />` },
      { label: 'Attempt', cell: (e) => e.attempt },
      { label: 'By', cell: (e) => e.by },
    ]} /></section>`;
}

function Standing({ task }) {
  const p = task.status === 'in-progress' && task.progress;
  return html`<${Facts} of=${[
    ['State', html`<${Badge} state=${task.status} /> <${Progress} task=${task} />`],
    ['Agent', html`<${AgentName} id=${task.agentId} />`],
    ['Policy', html`<${PolicyName} id=${task.policyId} />`],
    ['Repository', html`<a href=${link('repositories', { repository: task.repository })}>${task.repository}</a>`],
    ['Attempt', `${task.attempt}; ${task.failures} of ${task.maxAttempts} failed`],
    ['Made', time(task.createdAt)],
    ['Scheduled for', time(task.scheduledFor)],
    ['Next attempt', time(task.nextAttemptAt)],
    ['Ended', time(task.completedAt)],
    ['Took', task.durationSeconds === undefined ? undefined : span(task.durationSeconds)],
    ['Snapshot', task.snapshotId],
    [task.status === 'failed' ? 'Error' : 'Last error', task.errorMessage && `${task.errorMessage} (${task.errorCategory ?? 'unknown'})`],
    [
      'Progress',
      p &&
        [
          p.message,
          p.bytesDone !== undefined && `${bytes(p.bytesDone)} of ${bytes(p.totalBytes)}`,
          p.filesDone !== undefined && `${p.filesDone.toLocaleString('en')} of ${p.totalFiles?.toLocaleString('en') ?? '?'} files`,
        ]
          .filter(Boolean)
          .join(' · '),
    ],
  ]} />`;
}

const readable = (value) => (typeof value === 'object' ? JSON.stringify(value) : String(value));

export function Task({ path: [, id] }) {
  const mine = (each) => each.taskId === id;
  const { data, error, reload } = useLive(() => load(id), { tasks: mine, progress: mine }, id);
  const task = data?.task;
  return html`<${Heading} title=${task ? `${task.taskType} ${shortId(id)}` : 'Task'}>
      ${task && operates() && html`<${Actions} task=${task} reload=${reload} />`}</${Heading}>
    <${Trouble} error=${error} />
    ${
      task &&
      html`<${Why} explanation=${data.explanation} /><${Standing} task=${task} />
      <${History} entries=${data.explanation.history} />
      ${
        task.statistics &&
        html`<section><h2>Statistics</h2><${Facts}
        of=${Object.entries(task.statistics).map(([name, value]) => [name, readable(value)])} /></section>`
      }
      <${Log} task=${task} />`
    }`;
}
