// A policy to be made or changed. The server judges it; what it finds wrong stands beside the field.
import { go } from '../address.js';
import { Problem, call, get } from '../api.js';
import { Field, Heading, Trouble, announce } from '../parts.js';
import { html, useEffect, useState } from '../view.js';
import { Preview } from './runs.js';

const lines = (text) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
const some = (text) => (text.trim() === '' ? undefined : text.trim());
const number = (text) => (text.trim() === '' ? undefined : Number(text));

// Restic's string, or the object that names one.
function repositoryFrom(text) {
  const given = text.trim();
  if (!given.startsWith('{')) return given;
  try {
    return JSON.parse(given);
  } catch {
    return given; // the server says what is wrong with it
  }
}

const keeps = ['keepLast', 'keepHourly', 'keepDaily', 'keepWeekly', 'keepMonthly', 'keepYearly'];

function bodyFrom(form, before) {
  const value = (name) => form.elements[name].value;
  const retention = Object.fromEntries(
    keeps.map((name) => [name, number(value(name))]).filter(([, n]) => n !== undefined),
  );
  if (before.retention?.keepWithin) retention.keepWithin = before.retention.keepWithin;
  return {
    name: value('name'),
    description: some(value('description')),
    schedule: value('schedule'),
    checkSchedule: some(value('checkSchedule')),
    pruneSchedule: some(value('pruneSchedule')),
    timezone: some(value('timezone')),
    spreadSeconds: number(value('spreadSeconds')),
    overlap: value('overlap'),
    onMissed: value('onMissed'),
    minGapSeconds: before.minGapSeconds,
    maxAgeSeconds: number(value('maxAgeSeconds')),
    includePaths: lines(value('includePaths')),
    excludePaths: lines(value('excludePaths')),
    repository: repositoryFrom(value('repository')),
    retention: Object.keys(retention).length ? retention : undefined,
    executionParams: before.executionParams,
    maxAttempts: number(value('maxAttempts')),
    enabled: form.elements.enabled.checked,
  };
}

const times = ['schedule', 'checkSchedule', 'pruneSchedule', 'timezone'];

const zones = () => Intl.supportedValuesOf?.('timeZone') ?? [];

function Fields({ policy, wrongOf }) {
  const field = (name, label, more = {}) =>
    html`<${Field} name=${name} label=${label} defaultValue=${policy[name] ?? ''} error=${wrongOf(name)} ...${more} />`;
  const area = (
    name,
    label,
    help,
    rows,
  ) => html`<${Field} name=${name} label=${label} help=${help} error=${wrongOf(name)}>
    ${(common) => html`<textarea ...${common} rows=${rows} defaultValue=${(policy[name] ?? []).join('\n')} />`}
    </${Field}>`;
  const choice = (name, label, options) => html`<${Field} name=${name} label=${label} error=${wrongOf(name)}>
    ${(common) =>
      html`<select ...${common}>${options.map(
        ([value, words]) => html`<option value=${value} selected=${policy[name] === value}>${words}</option>`,
      )}</select>`}</${Field}>`;
  const repository = typeof policy.repository === 'object' ? JSON.stringify(policy.repository) : policy.repository;
  return html`<fieldset><legend>What</legend>
      ${field('name', 'Name', { help: '3 to 100 of A-Z a-z 0-9 _ -', autocomplete: 'off' })}
      ${field('description', 'Description')}
      ${area('includePaths', 'Back up', 'Absolute paths, one on each line', 4)}
      ${area('excludePaths', 'Leave out', 'Patterns, one on each line', 3)}
      <${Field} name="repository" label="Repository" defaultValue=${repository ?? ''} error=${wrongOf('repository')}
        autocomplete="off"
        help="As restic takes it, or a JSON object" /></fieldset>
    <fieldset><legend>When</legend>
      ${field('schedule', 'Backup', { help: 'Cron, five fields, @daily or the like, or every 6h' })}
      ${field('checkSchedule', 'Check')}${field('pruneSchedule', 'Prune')}
      ${field('timezone', 'Time zone', { list: 'zones', placeholder: 'UTC' })}
      <datalist id="zones">${zones().map((zone) => html`<option value=${zone} />`)}</datalist>
      ${field('spreadSeconds', 'Spread over (seconds)', { type: 'number', min: 0 })}
      ${choice('overlap', 'While one is open', [
        ['skip', 'make no other'],
        ['queue', 'let them line up'],
      ])}
      ${choice('onMissed', 'Of missed runs', [
        ['once', 'make the last up'],
        ['skip', 'make none up'],
      ])}
      ${field('maxAgeSeconds', 'Late after (seconds)', { type: 'number', min: 1, help: 'Empty: never late' })}
      </fieldset>
    <fieldset><legend>Keep</legend><div class="row">${keeps.map(
      (name) => html`<${Field} name=${name} label=${name.slice(4)} type="number" min="1"
        defaultValue=${policy.retention?.[name] ?? ''} error=${wrongOf(`retention/${name}`)} />`,
    )}</div>
      ${wrongOf('retention') && html`<p class="wrong">${wrongOf('retention')}</p>`}</fieldset>
    <fieldset><legend>Tries</legend>${field('maxAttempts', 'Attempts', { type: 'number', min: 1, max: 100 })}
      <label><input type="checkbox" name="enabled" defaultChecked=${policy.enabled} /> Enabled</label></fieldset>`;
}

const fresh = { enabled: true, overlap: 'skip', onMissed: 'once', schedule: '@daily' };

export function PolicyForm({ path: [, id] }) {
  const isNew = id === 'new';
  const [policy, setPolicy] = useState(isNew ? fresh : undefined);
  const [error, setError] = useState();
  const [typed, setTyped] = useState();
  useEffect(() => {
    if (!isNew) get(`/policies/${id}`).then(setPolicy, setError);
  }, [id]);
  const type = ({ currentTarget: form }) =>
    setTyped(Object.fromEntries(times.map((name) => [name, form.elements[name].value.trim()])));
  const asked = typed ?? (policy && Object.fromEntries(times.map((name) => [name, policy[name]])));
  const submit = async (event) => {
    event.preventDefault();
    const form = event.target;
    try {
      const saved = await call(isNew ? 'POST' : 'PUT', isNew ? '/policies' : `/policies/${id}`, {
        body: bodyFrom(form, policy),
      });
      announce(`The policy ${saved.name} is saved`);
      go(`policies/${saved.policyId}`);
    } catch (failed) {
      if (!(failed instanceof Problem)) throw failed;
      setError(failed);
      const first = [...failed.fields.keys()].map((name) => form.elements[name.split('/')[0]]).find(Boolean);
      first?.focus?.();
    }
  };
  // A path that is wrong is one of the lines of its field.
  const wrongOf = (name) =>
    error?.fields.get(name) ??
    [...(error?.fields ?? [])].find(([at]) => at.startsWith(`${name}/`) && name !== 'retention')?.[1];
  return html`<${Heading} title=${isNew ? 'New policy' : `Edit ${policy?.name ?? 'policy'}`} />
    <${Trouble} error=${error} />
    ${
      policy &&
      html`<form class="policy" novalidate onSubmit=${submit} onInput=${type}>
      <div><${Fields} policy=${policy} wrongOf=${wrongOf} /><button class="main">Save</button></div>
      <${Preview} asked=${asked} /></form>`
    }`;
}
