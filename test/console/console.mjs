// Every page, every action, every role, in one browser against one server.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { judge, launch, openTab, openWindow, picture, signIn, visit } from './browser.mjs';
import { makeDemo, sql } from './demo.mjs';
import { api, makeAgent, makePolicy, makeTask, makeToken, root, say, start } from './world.mjs';

let browser;
let window;
let page;
const world = {};

before(async () => {
  browser = await launch();
  world.web = await makeAgent('web-1');
  world.db = await makeAgent('db-1');
  world.daily = await makePolicy('daily', [world.web, world.db], { maxAgeSeconds: 3600, timezone: 'Europe/Berlin' });
  window = await openWindow(browser);
  page = window.page;
});

after(() => browser?.close());

const text = (of, words) => of.getByText(words).first().waitFor();

test('the first load is small, and nothing comes from elsewhere', async () => {
  const own = await openWindow(browser);
  let bytes = 0;
  const sizes = [];
  own.page.on('requestfinished', (request) => sizes.push(request.sizes().then((s) => (bytes += s.responseBodySize))));
  const hosts = new Set();
  own.page.on('request', (request) => hosts.add(new URL(request.url()).origin));
  await signIn(own.page, root);
  await own.page.locator('.chart canvas').nth(2).waitFor();
  await Promise.all(sizes);
  assert.ok(bytes > 10_000 && bytes < 150_000, `${bytes} bytes`);
  assert.deepEqual([...hosts], [process.env.CONSOLE_URL]);
  await own.context.close();
});

test('the way in: a wrong token, one of an agent, a reload, the way out', async () => {
  await page.goto(process.env.CONSOLE_URL);
  await page.getByLabel('Token').fill('hf_wrong');
  await page.keyboard.press('Enter');
  await text(page, 'The server does not know this token.');
  await judge(page, 'sign-in');
  await page.getByLabel('Token').fill((await makeToken('fleet')).token);
  await page.keyboard.press('Enter');
  await text(page, 'This token is for agents.');
  await signIn(page, root);
  await page.reload();
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await text(page, 'You have signed out.');
  await page.reload();
  await page.getByLabel('Token').waitFor();
  await signIn(page, root);
});

test('overview: a task made elsewhere is counted without a reload', async () => {
  await visit(page, '#/', 'Overview');
  await page.getByRole('link', { name: '0 pending' }).waitFor();
  world.task = await makeTask(world.web, world.daily);
  await page.getByRole('link', { name: '1 pending' }).waitFor();
  await page.getByRole('figure', { name: 'Tasks per minute' }).getByText('open or cancelled 1').waitFor();
  await page.locator('.chart canvas').nth(2).waitFor();
  await judge(page, 'overview');
  await page.getByRole('link', { name: 'the oldest' }).click();
  await page.waitForURL(new RegExp(world.task));
});

test('tasks: filters live in the address, a new task appears, a bar moves', async () => {
  await visit(page, '#/tasks', 'Tasks');
  await page.getByLabel('State').selectOption('pending');
  await page.waitForURL(/#\/tasks\?status=pending$/);
  await page.getByRole('row', { name: /web-1/ }).waitFor();
  world.second = await makeTask(world.db, world.daily);
  await page.getByRole('row', { name: /db-1/ }).waitFor();
  await page.getByLabel('Agent').fill('DB-1');
  await page.keyboard.press('Enter');
  await page.waitForURL(new RegExp(`agentId=${world.db}`));
  await page.getByRole('row', { name: /web-1/ }).waitFor({ state: 'detached' });
  await page.getByLabel('Policy').fill('daily');
  await page.keyboard.press('Enter');
  await page.waitForURL(new RegExp(`policyId=${world.daily}`));
  await page.getByRole('row', { name: /db-1/ }).waitFor();
  for (const _ of ['policy', 'agent', 'state']) await page.goBack();
  assert.equal(await start(world.web), world.task);
  for (const percentDone of [10, 60]) {
    await say(world.web, world.task, 'progress', { percentDone });
    await page.getByText(`${percentDone} %`, { exact: true }).last().waitFor();
  }
  await judge(page, 'tasks');
});

test('one task: why, history, its log as it grows, searched', async () => {
  await page.getByRole('row', { name: /web-1/ }).getByRole('rowheader').getByRole('link').click();
  await page.getByRole('heading', { level: 1, name: /^backup / }).waitFor();
  await page.getByRole('heading', { name: 'Why it is where it is' }).waitFor();
  await say(world.web, world.task, 'log', { offset: 0, text: 'first line\nsecond line\n' });
  await say(world.web, world.task, 'progress', { percentDone: 80, message: 'nearly' });
  await text(page, 'second line');
  await page.getByLabel('Find').fill('FIRST');
  await text(page, '1 of 3 lines');
  assert.equal(await page.locator('pre').textContent(), 'first line');
  await say(world.web, world.task, 'result', {
    status: 'completed',
    snapshotId: '4bba301e',
    statistics: { filesNew: 7 },
  });
  await text(page, '4bba301e');
  await text(page, 'filesNew');
  await judge(page, 'task');
});

test('one task: cancel, retry, run again', async () => {
  await visit(page, `#/tasks/${world.second}`, /^backup /);
  await page.getByRole('button', { name: 'Cancel' }).click();
  await text(page, 'The task is cancelled');
  await page.getByRole('button', { name: 'Retry' }).click();
  await text(page, 'The task is pending again');
  assert.equal((await api('GET', `/tasks/${world.second}`)).status, 'pending');
  await visit(page, `#/tasks/${world.task}`, /^backup /);
  await page.getByRole('button', { name: 'Run again' }).click();
  await text(page, 'A new task was made');
  await page.waitForFunction((before) => !location.hash.includes(before), world.task);
});

test('repositories: who holds each, what waits for it and why, and when it is free', async () => {
  const repository = 'rest:https://user:secret@host/shared';
  const shared = await makePolicy('shared', [], { repository });
  const holder = await makeAgent('holder');
  const check = await makeTask(holder, shared, 'check');
  assert.equal(await start(holder), check);
  await visit(page, '#/repositories?state=held', 'Repositories');
  const row = page.getByRole('row', { name: /host\/shared/ });
  await row.getByRole('link', { name: 'holder' }).first().waitFor();
  const waits = await makeTask(await makeAgent('waiter'), shared);
  await row.getByText('a check has the same repository').waitFor();
  await judge(page, 'repositories');
  await row.getByRole('link', { name: /^backup/ }).click();
  await text(page, 'A check has the same repository');
  await page.getByRole('link', { name: repository }).click();
  await page.waitForURL(/#\/repositories\?repository=/);
  await row.getByText(/^since/).waitFor();
  await say(holder, check, 'result', { status: 'completed' });
  await row.getByText('nobody').waitFor();
  await api('POST', `/tasks/${waits}/cancel`);
  await text(page, 'No task holds or waits for one like that');
});

test('one agent: its tasks on a line of time, as they come and end', async () => {
  const agent = await makeAgent('timed');
  await visit(page, `#/agents/${agent}`, 'timed');
  await text(page, 'It has had no task');
  const task = await makeTask(agent, world.daily);
  await page.locator('.bar.pending').waitFor();
  await start(agent);
  await say(agent, task, 'progress', { percentDone: 40 });
  await page.locator('.bar.in-progress').waitFor();
  await page.getByText('40 %', { exact: true }).last().waitFor();
  await judge(page, 'agent-timeline');
  await say(agent, task, 'result', { status: 'completed' });
  await page.locator(`.bar.completed[href$='${task}']`).click();
  await page.waitForURL(new RegExp(task));
});

test('agents: searched, paused with a note, limited, resumed', async () => {
  await visit(page, '#/agents', 'Agents');
  await page.getByLabel('Hostname').fill('WEB');
  await page.keyboard.press('Enter');
  await page.getByRole('row', { name: /db-1/ }).waitFor({ state: 'detached' });
  await judge(page, 'agents');
  await page.getByRole('link', { name: 'web-1' }).click();
  await page.getByRole('heading', { name: 'web-1' }).waitFor();
  await page.getByLabel('Note').fill('new disk');
  await page.getByRole('button', { name: 'Pause' }).click();
  await text(page, 'until resumed: new disk');
  await page.getByLabel('Backups').fill('2');
  await page.getByRole('button', { name: 'Set limits' }).click();
  await text(page, 'The limits are set');
  const agent = await api('GET', `/agents/${world.web}`);
  assert.deepEqual([agent.pauseNote, agent.maxConcurrentTasksByType.backup], ['new disk', 2]);
  await api('POST', `/agents/${world.web}/heartbeat`, {
    version: '1.1',
    os: 'linux',
    disks: [{ mountPath: '/srv', freeBytes: 3, totalBytes: 10 }],
  });
  await text(page, '/srv');
  await judge(page, 'agent');
  await page.getByRole('button', { name: 'Resume' }).click();
  await page.getByRole('button', { name: 'Pause' }).waitFor();
});

test('policies: errors beside their fields, saved, assigned, run, changed, deleted', async () => {
  await visit(page, '#/policies', 'Policies');
  await judge(page, 'policies');
  await page.getByRole('link', { name: 'New policy' }).click();
  await page.getByLabel('Name').fill('x');
  await page.getByLabel('Backup', { exact: true }).fill('whenever');
  await page.getByLabel('Back up').fill('relative');
  await page.getByLabel('Repository').fill('/repository');
  await page.getByText(/^schedule: /).waitFor(); // said before it is saved
  await page.getByLabel('Time zone').fill('Asia/Kathmandu');
  await page.getByRole('button', { name: 'Save' }).click();
  for (const name of ['name', 'schedule', 'includePaths'])
    await page.locator(`#${name}[aria-invalid='true']`).waitFor();
  assert.equal(await page.locator('#repository').inputValue(), '/repository'); // what was typed stays
  await judge(page, 'policy-errors');
  await page.getByLabel('Name').fill('nightly');
  await page.getByLabel('Backup', { exact: true }).fill('0 3 * * *');
  await text(page, / 03:00:00\+05:45/);
  await page.getByLabel('Back up').fill('/home\n/etc');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { level: 1, name: 'nightly' }).waitFor();
  await text(page, / 03:00:00\+05:45/);
  await page.getByLabel('Assign to the agent').fill('db');
  await page.getByRole('button', { name: 'Find' }).click();
  await page.getByRole('button', { name: 'Assign to db-1' }).click();
  await page.getByRole('row', { name: /db-1/ }).waitFor();
  await page.getByRole('button', { name: 'Run now' }).click();
  await text(page, '1 backup task(s) made');
  await judge(page, 'policy');
  await page.getByRole('link', { name: 'Edit' }).click();
  await page.getByLabel('Description').fill('every night');
  await page.getByRole('button', { name: 'Save' }).click();
  await text(page, 'every night');
  await page.getByRole('button', { name: 'Unassign' }).click();
  await text(page, 'It is assigned to no agent');
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('heading', { level: 1, name: 'Policies' }).waitFor();
});

test('freshness: a grid, with the way to the cause', async () => {
  await visit(page, '#/freshness', 'Freshness');
  await page.getByRole('link', { name: 'fresh', exact: true }).waitFor(); // web-1 has its backup
  await judge(page, 'freshness');
  await page.getByRole('link', { name: 'never', exact: true }).click();
  await page.waitForURL(/#\/tasks\?policyId=.*agentId=/);
});

test('tokens, audit, tenants', async () => {
  await visit(page, '#/tokens', 'Tokens');
  await page.getByLabel('Name').fill('for anna');
  await page.getByLabel('Kind', { exact: true }).selectOption('operator');
  await page.getByRole('button', { name: 'Make' }).click();
  await page.getByText(/^hf_/).waitFor();
  await page
    .getByRole('row', { name: /for anna/ })
    .getByRole('button', { name: 'Revoke' })
    .click();
  await page.getByRole('row', { name: /for anna/ }).waitFor({ state: 'detached' });
  await judge(page, 'tokens');
  await visit(page, '#/audit', 'Audit');
  await page.getByRole('row', { name: /token.revoke/ }).waitFor();
  await page.getByLabel('About').selectOption('policy');
  await page.getByRole('row', { name: /token.revoke/ }).waitFor({ state: 'detached' });
  await judge(page, 'audit');
  await visit(page, '#/tenants', 'Tenants');
  await page.getByLabel('Name of the new tenant').fill('other');
  await page.getByRole('button', { name: 'Make' }).click();
  const token = await page.getByText(/^hf_/).textContent();
  assert.equal((await api('GET', '/whoami', undefined, token)).kind, 'admin');
  await page.getByRole('row', { name: /other/ }).waitFor();
  await judge(page, 'tenants');
});

test('a viewer sees no action, an operator no token', async () => {
  const own = await openWindow(browser);
  await signIn(own.page, (await makeToken('viewer')).token, `#/tasks/${world.second}`);
  await text(own.page, 'Why it is where it is');
  assert.equal(await own.page.getByRole('button', { name: 'Cancel' }).count(), 0);
  await visit(own.page, '#/policies/new', 'Not here');
  await visit(own.page, '#/tokens', 'Not here');
  await judge(own.page, 'not-here');
  await own.context.close();
  const other = await openWindow(browser);
  await signIn(other.page, (await makeToken('operator')).token, `#/tasks/${world.second}`);
  await other.page.getByRole('button', { name: 'Cancel' }).waitFor();
  assert.equal(await other.page.getByRole('link', { name: 'Tokens' }).count(), 0);
  await other.context.close();
});

test('a revoked token leads back to the sign-in, with a sentence why', async () => {
  const own = await openWindow(browser);
  const made = await makeToken('viewer');
  await signIn(own.page, made.token);
  await api('DELETE', `/tokens/${made.tokenId}`);
  await text(own.page, 'Your token is not valid any more');
  await own.page.getByLabel('Token').waitFor();
  await own.context.close();
});

test('a token that has expired leads there as well', async () => {
  const { token } = await makeToken('viewer', { expiresAt: new Date(Date.now() + 1000).toISOString() });
  const good = () => fetch(`${process.env.CONSOLE_URL}/whoami`, { headers: { Authorization: `Bearer ${token}` } });
  while ((await good()).ok);
  const own = await openWindow(browser);
  await own.context.addInitScript((kept) => sessionStorage.setItem('holdfast.token', kept), token);
  await own.page.goto(process.env.CONSOLE_URL);
  await text(own.page, 'Your token is not valid any more');
  await own.context.close();
});

test('a poll that is cut goes on, and what changed meanwhile is there', async () => {
  await visit(page, '#/tasks?status=pending', 'Tasks');
  await window.context.setOffline(true);
  await makeTask(world.web, world.daily); // ends the poll that was let through before
  await text(page, /not live/);
  const agent = await makeAgent('while-away');
  await makeTask(agent, world.daily);
  await window.context.setOffline(false);
  await page.getByRole('row', { name: /while-away/ }).waitFor();
  await page.getByText('live', { exact: true }).waitFor();
});

test('two tabs share one poll, and the second goes on when the first is closed', async () => {
  const own = await openWindow(browser);
  const { token } = await makeToken('operator');
  await signIn(own.page, token, '#/tasks');
  const second = await openTab(own.context);
  let polls = 0;
  second.on('request', (request) => (polls += /\/changes(\?|$)/.test(request.url()) ? 1 : 0));
  await signIn(second, token, '#/tasks');
  await makeTask(await makeAgent('told-by-the-first'), world.daily);
  await second.getByRole('row', { name: /told-by-the-first/ }).waitFor();
  assert.equal(polls, 0);
  await own.page.close();
  const agent = await makeAgent('after-the-first');
  await makeTask(agent, world.daily);
  await second.getByRole('row', { name: /after-the-first/ }).waitFor();
  assert.ok(polls > 0);
  await own.context.close();
});

test('a long list: only what is near is drawn, and Back finds the place', async () => {
  const { tenantId, token } = await api('POST', '/tenants', { name: 'large' });
  sql(`INSERT INTO agents (tenant_id, agent_id, hostname, enrolled_by)
       SELECT '${tenantId}', ('01900000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'host-' || n, 'shared'
         FROM generate_series(1, 600) AS n`);
  const own = await openWindow(browser);
  await signIn(own.page, token, '#/agents');
  await own.page.getByRole('link', { name: 'host-600', exact: true }).waitFor();
  const last = own.page.getByRole('link', { name: 'host-1', exact: true });
  let drawn = 0;
  while ((await last.count()) === 0) {
    const another = own.page.locator('tbody').nth(await own.page.locator('tbody').count());
    await own.page.keyboard.press('End');
    await last.or(another).first().waitFor({ state: 'attached' });
    drawn = Math.max(drawn, await own.page.locator('tbody th').count());
  }
  assert.ok(drawn > 100 && drawn <= 400, `${drawn} rows`);
  await last.click();
  await own.page.getByRole('heading', { level: 1, name: 'host-1' }).waitFor();
  await own.page.goBack();
  await last.waitFor();
  await own.context.close();
});

test('by keyboard: past the menu, and to the heading of the next page', async () => {
  await visit(page, '#/', 'Overview');
  await page.getByRole('link', { name: 'To the content' }).focus();
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.tagName), 'MAIN');
  await page.getByRole('link', { name: 'Agents', exact: true }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Agents' }).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Agents');
});

test('on a phone, in the dark', async () => {
  const own = await openWindow(browser, { viewport: { width: 375, height: 740 }, colorScheme: 'dark' });
  await signIn(own.page, root);
  const pages = {
    '#/': 'Overview',
    '#/tasks': 'Tasks',
    '#/agents': 'Agents',
    '#/freshness': 'Freshness',
    '#/repositories': 'Repositories',
    '#/policies/new': 'New policy',
  };
  for (const [at, heading] of Object.entries(pages)) {
    await visit(own.page, at, heading);
    await own.page.getByText('Loading…').waitFor({ state: 'detached' });
    assert.ok(
      await own.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth),
      `${heading} is too wide`,
    );
    await judge(own.page, `phone-${heading.toLowerCase().replace(' ', '-')}`);
  }
  await own.context.close();
});

test('pictures of the demo fleet, as the README shows them', async () => {
  const { token, running } = await makeDemo();
  const own = await openWindow(browser, { viewport: { width: 1200, height: 760 } });
  await signIn(own.page, token);
  await own.page.getByRole('row', { name: /laptop-17/ }).waitFor();
  await own.page.getByRole('link', { name: '2 stale' }).waitFor(); // judged by the housekeeper
  await own.page.getByRole('figure', { name: 'Polls waiting' }).getByText(/of all agents \d/).waitFor();
  await own.page.locator('.chart canvas').nth(2).waitFor();
  await picture(own.page, 'console-overview');
  await visit(own.page, `#/tasks/${running}`, /^backup /);
  await text(own.page, 'uploaded pack 91e2b70a');
  await text(own.page, 'websites');
  await picture(own.page, 'console-task');
  await own.context.close();
});
