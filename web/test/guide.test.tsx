// @vitest-environment jsdom
// The listings of docs/react.md, as they stand there, against the service in memory.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { act, cleanup, configure, render, screen, waitFor } from '@testing-library/react';
import type { FunctionComponent } from 'react';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ExternalBuyProvider } from '../src/react/index.js';
import { toBase58 } from '../src/seal/base58.js';
import { FakeServer } from '../src/testing/index.js';

configure({ asyncUtilTimeout: 5_000 }); // a busy machine

const HERE = dirname(fileURLToPath(import.meta.url));
const PACKAGE = 'external-buy-queue';
const PATHS = { '/react/theme.css': 'react/theme.css', '/react': 'react/index.ts', '/wallet': 'wallet/index.ts', '/testing': 'testing/index.ts', '': 'index.ts' };
const KEY = toBase58(new Uint8Array(64).fill(7));

type Part = FunctionComponent<Record<string, unknown>>;
const folder = mkdtempSync(join(HERE, 'guide-'));
const found: string[] = [];
const own = { fetch: globalThis.fetch, WebSocket: globalThis.WebSocket };

beforeAll(() => {
  const page = readFileSync(join(HERE, '..', '..', 'docs', 'react.md'), 'utf8');
  for (const [number, [, language, text]] of [...page.matchAll(/^```(\w*)\n(.*?)^```$/gms)].entries()) {
    if (language !== 'ts' && language !== 'tsx') continue;
    let filled = text!;
    for (const [name, path] of Object.entries(PATHS)) {
      filled = filled.replaceAll(`'${PACKAGE}${name}'`, `'${join(HERE, '..', 'src', path)}'`);
    }
    const file = join(folder, `listing${number}.${language}`);
    writeFileSync(file, filled);
    found.push(file);
  }
});
afterEach(() => {
  cleanup();
  Object.assign(globalThis, own);
});
afterAll(() => rmSync(folder, { recursive: true }));

async function part(number: number, name: string): Promise<Part> {
  const exported = (await import(/* @vite-ignore */ found[number]!)) as Record<string, Part>;
  return exported[name]!;
}

test('there are four listings', () => expect(found.length).toBe(4));

test('the button buys, shows how far it is, cancels and says what is wrong', async () => {
  const BuyButton = await part(0, 'BuyButton');
  const server = new FakeServer();
  render(
    <ExternalBuyProvider client={server.client()}><BuyButton userId="user123" privateKey={KEY} /></ExternalBuyProvider>,
  );
  act(() => screen.getByRole('button', { name: 'Buy' }).click());
  await waitFor(() => expect(server.jobIds.length).toBe(1));
  act(() => server.advance(server.jobIds[0]!, 3));
  await waitFor(() => expect(screen.getByRole('progressbar').getAttribute('aria-valuenow')).toBe('70'));
  act(() => screen.getByRole('button', { name: 'Cancel' }).click());
  await waitFor(() => expect(server.requests.at(-1)!.path).toMatch(/cancel$/));
  act(() => server.complete(server.jobIds[0]!));
  await waitFor(() => expect(document.querySelector('[data-outcome=completed]')).toBeTruthy());
  expect(screen.queryByRole('button', { name: 'Cancel' })).toBeNull();
  server.respond = () => Response.json(
    { success: false, error: 'not today', code: 'spend_cap_reached', retryable: false }, { status: 429 },
  );
  act(() => screen.getByRole('button', { name: 'Buy' }).click());
  expect((await screen.findByRole('alert')).textContent).toBe('not today');
});

test('a page of another origin asks its backend for a token, and sends it', async () => {
  const server = new FakeServer();
  globalThis.WebSocket = server.webSocket();
  globalThis.fetch = async (input, init) =>
    input === '/my-backend/buy-token' ? new Response('token-1') : server.fetch(input, init);
  const App = await part(1, 'App');
  render(<App privateKey={KEY} />);
  act(() => screen.getByRole('button', { name: 'Buy' }).click());
  await waitFor(() => expect(server.jobIds.length).toBe(1));
  const tokens = server.requests.map(({ headers }) => headers.get('Authorization'));
  expect(new Set(tokens)).toEqual(new Set(['Bearer token-1']));
});

test('the user\'s own wallet is asked, and its answer is sent', async () => {
  const Buy = await part(2, 'Buy');
  const server = new FakeServer();
  const signer = async ({ transaction }: { transaction: string }) => `${transaction} signed`;
  render(
    <ExternalBuyProvider client={server.client()}><Buy signer={signer} wallet="Wa11et" /></ExternalBuyProvider>,
  );
  act(() => screen.getByRole('button', { name: 'Buy' }).click());
  await waitFor(() => expect(server.jobIds.length).toBe(1));
  const [jobId] = server.jobIds as [string];
  expect(server.requests.find(({ path }) => path.endsWith('/start'))!.body).toMatchObject({
    custody: 'client', wallet: 'Wa11et', buyAmount: 0.1,
  });
  act(() => server.askToSign({
    jobId, userId: 'user123', tokenAddress: 'So1', wallet: 'Wa11et', requestId: 'r', attempt: 1,
    transaction: 'AA==', lastValidBlockHeight: 1, lamports: '1', platform: 'jupiter', expectedOut: '1', minimumOut: '1',
  } as Parameters<FakeServer['askToSign']>[0]));
  await waitFor(() => expect(server.requests.at(-1)!.path).toMatch(/signature$/));
  expect(server.requests.at(-1)!.body).toEqual({ requestId: 'r', transaction: 'AA== signed' });
});

test('the service in memory goes on as it is told to', async () => {
  await expect(import(/* @vite-ignore */ found[3]!)).resolves.toBeDefined();
});
