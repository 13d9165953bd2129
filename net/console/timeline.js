// An agent's tasks as bars on a line of time: pale while a task waited, full while the agent had it. What is drawn
// stands in the table below it, too, and so is not for screen readers.
import { link } from './address.js';
import { time } from './format.js';
import { now } from './parts.js';
import { useStore } from './store.js';
import { html } from './view.js';

const LEAST = 10 * 60; // seconds
const TICKS = 6;

const seconds = (text) => Date.parse(text) / 1000;
const isOpen = (task) => ['pending', 'assigned', 'in-progress'].includes(task.status);

// {task, from, taken, to}: made or due, handed out (undefined: it was not), ended.
function spanOf(task, present) {
  const from = seconds(task.scheduledFor && seconds(task.scheduledFor) < present ? task.scheduledFor : task.createdAt);
  const to = isOpen(task) ? present : seconds(task.completedAt);
  const taken = task.assignedAt && task.status !== 'pending' ? Math.max(from, seconds(task.assignedAt)) : undefined;
  return { task, from, taken, to: Math.max(to, from) };
}

// Each in the first row that is free, those with the oldest beginning first.
function lanesOf(spans, gap) {
  const lanes = [];
  for (const span of [...spans].sort((a, b) => a.from - b.from)) {
    const lane = lanes.find((each) => each.at(-1).to + gap < span.from);
    if (lane) lane.push(span);
    else lanes.push([span]);
  }
  return lanes;
}

function Bar({ span: { task, from, taken, to }, percent }) {
  const words = `${task.taskType}, ${task.status}, made ${time(task.createdAt)}`;
  const place = { left: `${percent(from)}%`, width: `${percent(to) - percent(from)}%` };
  const waited = to > from ? ((taken - from) / (to - from)) * 100 : 0;
  return html`<a class=${`bar ${task.status}`} style=${place} tabindex="-1" title=${words}
    href=${link(`tasks/${task.taskId}`)}>${taken !== undefined && html`<i style=${{ left: `${waited}%` }}></i>`}</a>`;
}

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });

export function Timeline({ tasks }) {
  const present = useStore(now) / 1000;
  const spans = tasks.map((task) => spanOf(task, present));
  const end = Math.max(present, ...spans.map((each) => each.to));
  const begin = Math.min(end - LEAST, ...spans.map((each) => each.from));
  const percent = (at) => ((at - begin) / (end - begin)) * 100;
  const ticks = Array.from({ length: TICKS }, (_, i) => begin + ((end - begin) * i) / (TICKS - 1));
  const tell = end - begin > 2 * 86400 ? day : clock;
  return html`<div class="timeline" aria-hidden="true">
    ${lanesOf(spans, (end - begin) / 100).map(
      (lane) => html`<div class="lane">${lane.map((each) => html`<${Bar} key=${each.task.taskId} span=${each} percent=${percent} />`)}</div>`,
    )}
    <div class="ticks">${ticks.map((at) => html`<span>${tell.format(at * 1000)}</span>`)}</div></div>`;
}
