// The original's vanilla listing on a page of the service's origin, letter by letter but for the
// port, the token and the key; with the stock socket.io-client. Answers what it has logged.
// NB: it connects while it posts. `connectsLateMs` keeps its connection back that long after the
// first request of it, which a busy machine does by itself.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { drive } from './driving.mjs';

const installed = dirname(createRequire(import.meta.url).resolve('socket.io-client/package.json'));
const listing = readFileSync(new URL('../seed/vanilla.js', import.meta.url), 'utf8');

await drive(async (browser, { url, mint, key, connectsLateMs = 0 }) => {
  const { port } = new URL(url);
  const filled = listing.replace(':3001', `:${port}`).replace('TokenAddr...', mint).replace('PrivateKey...', key);
  // The service has no page of others; it stands for one behind the same proxy.
  const page = await (await browser.newContext({ bypassCSP: true })).newPage();
  const logged = [];
  const ended = new Promise((resolve, reject) => {
    page.on('console', (message) => {
      if (message.type() !== 'log') return;
      logged.push(message.text());
      if (message.text().startsWith('Progress: 100%')) resolve();
    });
    page.on('pageerror', reject);
    setTimeout(resolve, 60_000).unref();
  });
  // All but the first: they name the session that it was given.
  await page.route(/socket\.io.*sid=/, async (route) => {
    if (route.request().method() === 'POST') {
      await new Promise((resolve) => setTimeout(resolve, connectsLateMs));
    }
    await route.continue();
  });
  await page.goto(`http://localhost:${port}/health/live`);
  await page.addScriptTag({ path: join(installed, 'dist', 'socket.io.js') });
  await page.addScriptTag({ content: filled });
  await ended;
  return logged;
});
