// Debian's Chromium, and what every script of this folder needs of it.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Run a scenario with what a file tells it, in a browser of its own; prints what it answers as JSON. */
export async function drive(scenario) {
  const told = JSON.parse(readFileSync(process.argv[2], 'utf8'));
  const executablePath = PLACES.find((path) => existsSync(path));
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  try {
    console.log(JSON.stringify(await scenario(browser, told)));
  } finally {
    await browser.close();
  }
}

/** Open the page as a user; answers it and everything that it complained of. */
export async function open(browser, url, userId, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  await context.addInitScript((user) => localStorage.setItem('buyq.user', user), userId);
  const page = await context.newPage();
  const complaints = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  const waiting = new Set();
  let failed = [];
  page.on('request', (request) => waiting.add(request.url()));
  page.on('requestfinished', (request) => waiting.delete(request.url()));
  page.on('requestfailed', (request) => {
    waiting.delete(request.url());
    failed.push(`${request.url()}: ${request.failure()?.errorText}`);
  });
  // A container that comes or goes beside us is a change of network to Chromium, which then drops
  // whatever it is loading: somebody would load the page again.
  for (let tries = 1; tries <= 3; tries += 1) {
    [failed, complaints.length] = [[], 0];
    await page.goto(url).catch((error) => failed.push(String(error)));
    if (!failed.some((why) => why.includes('ERR_NETWORK_CHANGED'))) break;
  }
  await live(page).catch((error) => {
    throw new Error(`${error.message}; complained of ${[...complaints, ...failed]}; waits for ${[...waiting]}`, { cause: error });
  });
  return { page, context, complaints };
}

export async function live(page) {
  try {
    await page.locator('#connection[data-state=live]').waitFor({ timeout: 60_000 });
  } catch (error) {
    const pill = page.locator('#connection');
    throw new Error(`${await pill.textContent()}: ${await pill.getAttribute('title')}`, { cause: error });
  }
}

/** Fill in the form and submit it; answers the job's id. */
export async function buy(page, { mint, key, amount = '0.1' }) {
  await page.getByRole('textbox', { name: 'Token' }).fill(mint);
  await page.getByLabel('Amount').fill(amount);
  await page.getByLabel('Wallet key').fill(key);
  await page.getByRole('button', { name: 'Buy', exact: true }).click();
  await page.waitForURL(/#\/job\/.+/);
  return page.url().split('#/job/')[1];
}

/** Wait for the end of the selected buy. */
export async function ended(page, outcome) {
  await page.locator(`[data-ebq=tracker][data-outcome=${outcome}]`).waitFor({ timeout: 60_000 });
}

/** Note every message of a kind that the page receives by sockets. */
export function frames(page) {
  const heard = [];
  page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => {
    const found = /^42\["(external_buy_\w+)",(.*)\]$/s.exec(String(payload));
    if (found) heard.push({ name: found[1], payload: JSON.parse(found[2]) });
  }));
  return heard;
}

/** What axe finds on a page, whose context goes around its policy, and whether it is cut off. */
export async function wrong(page) {
  await page.evaluate(readFileSync(AXE, 'utf8'));
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  const isCutOff = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  return [
    ...violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(', ')}`),
    ...(isCutOff ? ['overflow'] : []),
  ];
}
