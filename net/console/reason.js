// Why a task is where it is, in the server's words.
import { link } from './address.js';
import { time } from './format.js';
import { AgentName } from './names.js';
import { html } from './view.js';

export function Reason({ of }) {
  return html`${of.detail}${of.since && `, since ${time(of.since)}`}${of.until && `, until ${time(of.until)}`}
    ${of.taskId && html` (<a href=${link(`tasks/${of.taskId}`)}>that task</a> on <${AgentName} id=${of.agentId} />)`}`;
}
