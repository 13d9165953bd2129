// A browser, and what every page must keep to whatever the test does with it.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const url = process.env.CONSOLE_URL;
const shots = process.env.CONSOLE_SHOTS;
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

mkdirSync(shots, { recursive: true });

export const launch = () => chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--disable-gpu'] });

// A window of its own, with nothing of another session in it. `complaints` holds what the page itself complained of.
export async function openWindow(browser, options = {}) {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, locale: 'en-GB', ...options });
  context.setDefaultTimeout(15000);
  return { context, page: await openTab(context) };
}

export async function openTab(context) {
  const page = await context.newPage();
  page.complaints = [];
  page.on('pageerror', (error) => page.complaints.push(error.message));
  page.on('console', (message) => {
    // That a call was refused is part of some tests, and Chromium tells it as an error.
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text()))
      page.complaints.push(message.text());
  });
  page.on('dialog', (dialog) => dialog.accept());
  return page;
}

export async function signIn(page, token, at = '') {
  await page.goto(`${url}/${at}`);
  await page.getByLabel('Token').fill(token);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
  await page.getByText('live', { exact: true }).waitFor();
}

export async function visit(page, at, heading) {
  await page.evaluate((hash) => (location.hash = hash), at);
  await page.getByRole('heading', { level: 1, name: heading }).waitFor();
}

export const picture = (page, name) => page.screenshot({ path: `${shots}/${name}.png`, fullPage: true });

// No serious finding of axe, nothing that the page complained of, and a picture.
export async function judge(page, name) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => axe.run());
  const serious = violations.filter((v) => ['serious', 'critical'].includes(v.impact));
  assert.deepEqual(
    serious.map(
      (v) =>
        `${v.id}: ${v.nodes
          .map((n) => n.html)
          .slice(0, 3)
          .join(' ')}`,
    ),
    [],
    name,
  );
  assert.deepEqual(page.complaints, [], name);
  await picture(page, name);
}
