// @vitest-environment node
import { expect, test, vi } from 'vitest';
import { refuse } from '../src/testing/index.js';
import { ORDER, live } from './live-store.js';

const REQUEST = {
  userId: 'user123', requestId: 'r1', wallet: 'W', tokenAddress: 'So1', buyAmount: 0.1, lamports: '1',
  transaction: 'AQ==', lastValidBlockHeight: 1, platform: 'jupiter', expectedOut: '1', minimumOut: '1', attempt: 1,
};

test('the user\'s wallet is asked once, and its answer is sent; a refusal too', async () => {
  const { server, store, stop } = live();
  const id = await store.start({ ...ORDER, custody: 'client', wallet: 'W' });
  const request = { ...REQUEST, jobId: id };
  const asked: string[] = [];
  store.signer = (one) => (asked.push(one.requestId), Promise.resolve('signed'));
  server.askToSign(request);
  server.askToSign(request);
  const answers = () => server.requests.filter(({ path }) => path.endsWith('/signature')).map(({ body }) => body);
  await vi.waitFor(() => expect(answers()).toEqual([{ requestId: 'r1', transaction: 'signed' }]));
  store.signer = () => Promise.reject(new Error('the user refused'));
  server.askToSign({ ...request, requestId: 'r2' });
  await vi.waitFor(() => expect(answers()[1]).toEqual({ requestId: 'r2', refused: true }));
  expect(asked).toEqual(['r1']);
  stop();
});

test('a wallet is asked once, and its answer is sent until it arrives', async () => {
  const { server, store, stop } = live();
  let signed = 0;
  let refused = 0;
  store.signer = (): Promise<string> => (signed += 1, Promise.resolve('signed'));
  server.respond = ({ path }) =>
    path.endsWith('/signature') && refused++ < 1 ? refuse(503, 'log_unavailable', 'Kafka is away') : undefined;
  const id = await store.start({ ...ORDER, custody: 'client', wallet: 'W' });
  server.askToSign({ ...REQUEST, jobId: id });
  const sent = () => server.requests.filter(({ path }) => path.endsWith('/signature')).map(({ body }) => body);
  await vi.waitFor(() => expect(sent()).toEqual(Array(2).fill({ requestId: 'r1', transaction: 'signed' })), 3_000);
  await store.sign(id);
  expect([signed, sent().length]).toEqual([1, 2]);
  stop();
});

test('by hand an answer that did not arrive is sent again, and the wallet is not asked again', async () => {
  const { server, store, stop } = live();
  const id = await store.start({ ...ORDER, custody: 'client', wallet: 'W' });
  let signed = 0;
  server.askToSign({ ...REQUEST, jobId: id });
  await vi.waitFor(() => expect(store.job(id)?.signRequest?.requestId).toBe('r1'));
  const wallet = (): Promise<string> => (signed += 1, Promise.resolve('signed'));
  server.respond = ({ path }) =>
    path.endsWith('/signature') ? refuse(503, 'log_unavailable', 'Kafka is away') : undefined;
  await expect(store.sign(id, wallet)).rejects.toMatchObject({ code: 'log_unavailable' });
  server.respond = undefined;
  await store.sign(id, wallet);
  await store.sign(id, wallet);
  expect(signed).toBe(1);
  stop();
});

test('a wallet is asked though its request came while nobody was there, right behind a quote', async () => {
  const { server, store, stop } = live();
  store.signer = () => Promise.resolve('signed');
  const id = await store.start({ ...ORDER, custody: 'client', wallet: 'W' });
  server.advance(id, 3, { details: { currentOperation: 'Quoted' } });
  await vi.waitFor(() => expect(store.job(id)?.progress.phase).toBe(3));
  stop();
  store.close();
  server.askToSign({ ...REQUEST, jobId: id });
  const again = store.subscribe(() => undefined);
  await vi.waitFor(() => expect(server.requests.some(({ path }) => path.endsWith('/signature'))).toBe(true));
  again();
});
