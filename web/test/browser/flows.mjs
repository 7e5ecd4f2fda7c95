// One scenario by its name; each answers what a user has seen.
import { buy, drive, ended, frames, live, open } from './driving.mjs';

/** Order with whatever wallet is chosen. */
async function buyBy(page, mint) {
  await page.getByRole('textbox', { name: 'Token' }).fill(mint);
  await page.getByLabel('Amount').fill('0.1');
  const before = page.url();
  await page.getByRole('button', { name: 'Buy', exact: true }).click();
  await page.waitForURL((now) => now.hash.startsWith('#/job/') && now.href !== before);
}

/** A wallet-standard wallet that lives in the page: it signs all, or nothing. */
function testWallet({ seed, address }) {
  const head = Uint8Array.from([0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20]);
  const key = crypto.subtle.importKey('pkcs8', Uint8Array.from([...head, ...seed]), 'Ed25519', false, ['sign']);
  const account = { address, publicKey: new Uint8Array(32), chains: ['solana:mainnet'], features: ['solana:signTransaction'] };
  const signTransaction = async ({ transaction }) => {
    if (globalThis.testWalletRefuses) throw new Error('the user refused');
    const signed = Uint8Array.from(transaction); // one byte counts the signatures, of 64 bytes each
    const message = signed.subarray(1 + 64 * signed[0]);
    signed.set(new Uint8Array(await crypto.subtle.sign('Ed25519', await key, message)), 1);
    return [{ signedTransaction: signed }];
  };
  const wallet = {
    version: '1.0.0', name: 'Test Wallet', icon: 'data:image/png;base64,', chains: ['solana:mainnet'], accounts: [account],
    features: {
      'standard:connect': { version: '1.0.0', connect: async () => ({ accounts: [account] }) },
      'solana:signTransaction': { version: '1.0.0', supportedTransactionVersions: [0], signTransaction },
    },
  };
  const register = ({ register }) => register(wallet);
  addEventListener('wallet-standard:app-ready', ({ detail }) => register(detail));
  dispatchEvent(new CustomEvent('wallet-standard:register-wallet', { detail: register }));
}

const scenarios = {
  /** From the form to the result, with every message that came. */
  async submit(browser, { url, mint, key }) {
    const context = await browser.newContext();
    await context.addInitScript(() => localStorage.setItem('buyq.user', 'flow-submit'));
    const page = await context.newPage();
    const heard = frames(page);
    const sent = [];
    page.on('request', (request) => sent.push(request.postData() ?? ''));
    await page.goto(url);
    await live(page);
    await buy(page, { mint, key });
    await ended(page, 'completed');
    return {
      titles: [...new Set(heard.filter(({ name }) => name.endsWith('progress')).map(({ payload }) => payload.phaseTitle))],
      results: heard.filter(({ name }) => name.endsWith('result')).map(({ payload }) => payload.success),
      leaked: sent.some((body) => body.includes(key)) || (await page.content()).includes(key),
      sealed: sent.some((body) => body.includes('sealedWalletKey')),
      percent: await page.locator('[data-ebq=percent]').textContent(),
    };
  },

  /** The connection is away for 3 s while the buy ends; the caller of this cuts it. */
  async cut(browser, { url, mint, key, wire }) {
    const { page } = await open(browser, url, 'flow-cut');
    const texts = await page.evaluateHandle(() => {
      const seen = [];
      const note = () => seen.push(document.getElementById('announcer').textContent);
      new MutationObserver(note).observe(document.getElementById('announcer'), { childList: true, characterData: true, subtree: true });
      return seen;
    });
    const jobId = await buy(page, { mint, key });
    await fetch(`${wire}/cut`);
    await page.locator('#connection[data-state=reconnecting]').waitFor();
    await page.waitForTimeout(3_000);
    await fetch(`${wire}/mend`);
    await live(page);
    await ended(page, 'completed');
    await page.locator('.event', { hasText: 'BuyCompleted' }).waitFor();
    const status = await (await fetch(`${wire}/status/${jobId}`)).json();
    const events = await page.locator('.event summary').allTextContents();
    return {
      ends: (await texts.jsonValue()).filter((text) => text.startsWith('100%')).length,
      events: events.length,
      distinct: new Set(events).size,
      atCut: status,
      rows: await page.locator('.job').count(),
    };
  },

  /** Two tabs of one user, and another user beside them. */
  async tabs(browser, { url, mint, key }) {
    const { page, context } = await open(browser, url, 'flow-ann');
    const second = await context.newPage();
    await second.goto(url);
    await live(second);
    const other = (await open(browser, url, 'flow-bob')).page;
    const jobId = await buy(page, { mint, key });
    await second.locator('.job').click();
    await ended(second, 'completed');
    await ended(page, 'completed');
    return {
      same: second.url().endsWith(jobId),
      rows: [await page.locator('.job').count(), await second.locator('.job').count()],
      others: await other.locator('.job').count(),
    };
  },

  /** A buy that waits is cancelled by keyboard. */
  async cancel(browser, { url, mint, key }) {
    const { page } = await open(browser, url, 'flow-cancel');
    await buy(page, { mint, key });
    await page.locator('#cancel').focus();
    await page.keyboard.press('Enter');
    await ended(page, 'cancelled');
    await page.locator('.event', { hasText: 'BuyStopped' }).waitFor();
    return { sentence: await page.locator('[data-ebq=sentence]').textContent() };
  },

  /** A wrong key is refused at its field, and nothing is sent. */
  async refused(browser, { url, mint }) {
    const { page, complaints } = await open(browser, url, 'flow-refused');
    await page.getByRole('textbox', { name: 'Token' }).fill(mint);
    await page.getByLabel('Amount').fill('0.1');
    await page.getByLabel('Wallet key').fill('not a key');
    await page.getByRole('button', { name: 'Buy', exact: true }).click();
    await page.locator('#key[aria-invalid]').waitFor();
    return { error: await page.locator('#form-error').textContent(), rows: await page.locator('.job').count(), complaints };
  },

  /** A buy that a wallet of the browser signs, and one that it refuses; no key is ever sent. */
  async wallet(browser, { url, mint, seed, address }) {
    const context = await browser.newContext();
    await context.addInitScript(() => localStorage.setItem('buyq.user', 'flow-wallet'));
    await context.addInitScript(testWallet, { seed, address });
    const page = await context.newPage();
    const heard = frames(page);
    const sent = [];
    page.on('request', (request) => sent.push({ path: new URL(request.url()).pathname, body: request.postData() ?? '' }));
    await page.goto(url);
    await live(page);
    await page.getByText('My wallet').click();
    await page.getByRole('button', { name: 'Connect Test Wallet' }).click();
    await page.getByText('of Test Wallet pays and signs').waitFor();
    await buyBy(page, mint);
    await ended(page, 'completed');
    const asked = heard.filter(({ name }) => name.endsWith('sign_request')).map(({ payload }) => payload);
    await page.evaluate(() => (globalThis.testWalletRefuses = true));
    await buyBy(page, mint);
    await page.getByText('Refused by the wallet').first().waitFor();
    await ended(page, 'failed');
    return {
      wallets: asked.map(({ wallet }) => wallet),
      starts: sent.filter(({ path }) => path.endsWith('/start')).map(({ body }) => JSON.parse(body)),
      answers: sent.filter(({ path }) => path.endsWith('/signature')).length,
      code: await page.locator('.facts', { hasText: 'signature_refused' }).count(),
    };
  },

  /** A buy that cannot be paid, as its reader learns why. */
  async fails(browser, { url, mint, key }) {
    const { page } = await open(browser, url, 'flow-fails');
    await buy(page, { mint, key });
    await ended(page, 'failed');
    await page.locator('.event', { hasText: 'BuyFailed' }).waitFor();
    return {
      sentence: await page.locator('[data-ebq=sentence]').textContent(),
      percent: await page.locator('[data-ebq=percent]').textContent(),
      row: await page.locator('.job').textContent(),
    };
  },

  /** What came too late to count stands in the timeline, with the reason. */
  async ignored(browser, { url, jobId }) {
    const { page } = await open(browser, `${url}/#/job/${jobId}`, 'flow-ignored');
    await page.locator('.event.ignored').waitFor();
    return {
      ignored: await page.locator('.event.ignored strong').allTextContents(),
      why: await page.locator('.event.ignored .why').allTextContents(),
      counted: await page.locator('.event:not(.ignored) .why').count(),
    };
  },

  /** Searching for a job, and reading it after the page was loaded anew. */
  async search(browser, { url, mint, key }) {
    const { page } = await open(browser, url, 'flow-search');
    const jobId = await buy(page, { mint, key });
    await ended(page, 'completed');
    await page.reload();
    await ended(page, 'completed');
    await page.getByPlaceholder('Job, mint or signature').fill('1111');
    await page.getByText('No buy matches.').waitFor();
    await page.getByPlaceholder('Job, mint or signature').fill(jobId.slice(0, 18));
    await page.locator('.job').waitFor();
    await page.locator('#status').selectOption('failed');
    await page.getByText('No buy matches.').waitFor();
    return { found: true };
  },
};

await drive((browser, told) => scenarios[told.scenario](browser, told));
