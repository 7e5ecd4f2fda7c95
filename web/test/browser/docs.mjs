// The reference at /docs: read, tried, looked at, and axe's word on it.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { drive } from './driving.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const SIZES = { desktop: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } };

async function opened(browser, url, options) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    // A refusal that a test asks for is written to the console by the browser.
    if (message.type() === 'error' && !message.text().includes('status of')) complaints.push(message.text());
  });
  await page.goto(`${url}/docs`);
  await page.locator('.operation').first().waitFor();
  return { page, context, complaints };
}

async function send(page, name, fill = async () => {}) {
  const card = page.locator(`#${name}`);
  if (!(await card.evaluate((element) => element.open))) {
    await card.locator('> summary').focus();
    await page.keyboard.press('Enter');
  }
  await fill(card);
  await card.getByRole('button', { name: 'Send' }).click();
  await card.locator('.status-line').waitFor();
  return card;
}

const status = (card) => card.locator('.status-line strong').textContent();

async function tried(page, { secret }) {
  const found = { operations: await page.locator('.operation').count() };
  const asked = [];
  page.on('request', (request) => asked.push(request));
  await page.getByLabel('Token or API key').fill(secret);
  const list = await send(page, 'listJobs', (card) => card.getByLabel('limit').fill('2'));
  found.list = [await status(list), new URL(asked.at(-1).url()).search];
  found.authorization = await asked.at(-1).headerValue('authorization');
  await list.locator('.body', { hasText: '"success": true' }).waitFor();
  await list.getByText('Headers', { exact: true }).click();
  found.headers = await list.locator('.answer dt', { hasText: /^x-request-id$/ }).count();
  const start = await send(page, 'startBuy');
  await start.locator('.body', { hasText: '"code"' }).waitFor();
  found.prefilled = JSON.parse(asked.at(-1).postData());
  found.refused = [await status(start), JSON.parse(await start.locator('.body').textContent()).field];
  found.codes = await start.locator('.says .codes code', { hasText: /^invalid_wallet_key$/ }).count();
  const stream = await send(page, 'streamUser', (card) => card.getByLabel('userId').fill('reader'));
  await stream.locator('.body', { hasText: 'event: joined' }).waitFor();
  const state = stream.locator('.status-line span');
  found.stream = [await state.textContent()];
  await stream.getByRole('button', { name: 'Stop' }).click();
  await stream.locator('.status-line', { hasText: 'Closed' }).waitFor();
  found.kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
  await page.reload();
  await page.locator('.operation').first().waitFor();
  found.afterReload = await page.getByLabel('Token or API key').inputValue();
  return found;
}

async function looked(browser, { url, folder }) {
  const found = {};
  for (const [size, viewport] of Object.entries(SIZES)) {
    for (const colorScheme of ['light', 'dark']) {
      const name = `docs-${size}-${colorScheme}`;
      // The page's own policy lets nobody else's script in: a test goes around it.
      const { page, context } = await opened(browser, url, { viewport, colorScheme, bypassCSP: true });
      await page.screenshot({ path: `${folder}/${name}.png` });
      await send(page, 'getReady');
      await send(page, 'startBuy');
      await page.locator('#startBuy .body', { hasText: '"code"' }).waitFor();
      await page.screenshot({ path: `${folder}/${name}-open.png`, fullPage: true });
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => globalThis.axe.run());
      const isWide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
      found[name] = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(', ')}`);
      if (isWide) found[name].push('overflow');
      await context.close();
    }
  }
  return found;
}

await drive(async (browser, told) => {
  const { page, context, complaints } = await opened(browser, told.url, { viewport: SIZES.desktop });
  const found = await tried(page, told);
  await context.close();
  return { ...found, complaints, looks: await looked(browser, told) };
});
