// @vitest-environment node
import { expect, test, vi } from 'vitest';
import { BuyStore } from '../src/store/index.js';
import { FakeServer, refuse } from '../src/testing/index.js';

const ORDER = { tokenAddress: 'So1', buyAmount: 0.1, signerId: 'a' };

const REQUEST = {
  userId: 'user123', requestId: 'r1', wallet: 'W', tokenAddress: 'So1', buyAmount: 0.1, lamports: '1',
  transaction: 'AQ==', lastValidBlockHeight: 1, platform: 'jupiter', expectedOut: '1', minimumOut: '1', attempt: 1,
};

function live(server = new FakeServer()) {
  const store = new BuyStore(server.client(), 'user123');
  const stop = store.subscribe(() => undefined);
  return { server, store, stop };
}

test('two buys at once are told apart', async () => {
  const { server, store, stop } = live();
  const [first, second] = await Promise.all([store.start(ORDER), store.start({ ...ORDER, buyAmount: 0.2 })]);
  server.advance(second, 2);
  server.complete(first);
  await vi.waitFor(() => expect(store.job(first)?.result?.success).toBe(true));
  expect(store.job(second)).toMatchObject({ buyAmount: 0.2, status: 'active', progress: { progress: 35 } });
  stop();
});

test('the same order asked for twice while it is being sent is one buy', async () => {
  const { server, store, stop } = live();
  const ids = await Promise.all([store.start(ORDER), store.start({ ...ORDER })]);
  expect(new Set(ids).size).toBe(1);
  expect(server.jobIds.length).toBe(1);
  expect(await store.start(ORDER)).not.toBe(ids[0]);
  stop();
});

test('with keys of their own they are two', async () => {
  const { server, store, stop } = live();
  await Promise.all([store.start(ORDER, { idempotencyKey: 'a' }), store.start(ORDER, { idempotencyKey: 'b' })]);
  expect(server.jobIds.length).toBe(2);
  stop();
});

test('a page that is opened later knows the buys of before', async () => {
  const server = new FakeServer();
  const { jobId } = await server.client().submit({ ...ORDER, userId: 'user123' });
  const other = await server.client().submit({ ...ORDER, userId: 'other' });
  server.advance(jobId, 3);
  const { store, stop } = live(server);
  await vi.waitFor(() => expect(store.job(jobId)?.progress.progress).toBe(70));
  expect(store.job(other.jobId)).toBeUndefined();
  server.fail(jobId);
  await vi.waitFor(() => expect(store.job(jobId)?.result?.code).toBe('insufficient_balance'));
  stop();
});

test('what was refused is in `error` until the next thing works', async () => {
  const { server, store, stop } = live();
  const id = await store.start(ORDER);
  server.advance(id, 3, { details: { transactionSignature: 'abc' } });
  await expect(store.cancel(id)).rejects.toMatchObject({ code: 'too_late' });
  expect(store.getState().error?.code).toBe('too_late');
  await store.refresh();
  expect(store.getState().error).toBeUndefined();
  stop();
});

test('a cancelled buy is cancelled', async () => {
  const { server, store, stop } = live();
  const id = await store.start(ORDER);
  expect(await store.cancel(id)).toMatchObject({ status: 'cancelling' });
  server.stop(id);
  await vi.waitFor(() => expect(store.job(id)?.status).toBe('cancelled'));
  stop();
});

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

test('it hangs up a second after its last subscriber has gone', async () => {
  const { server, stop } = live();
  await vi.waitFor(() => expect(server.connections).toBe(1));
  stop();
  stop();
  expect(server.connections).toBe(1);
  await vi.waitFor(() => expect(server.connections).toBe(0), 3_000);
});

test('what the record has not read of when it joins is known once it has', async () => {
  const server = new FakeServer();
  const { jobId } = await server.client().submit({ ...ORDER, userId: 'user123' });
  server.behind = true;
  server.complete(jobId);
  const { store, stop } = live(server);
  await vi.waitFor(() => expect(store.job(jobId)?.status).toBe('queued'));
  expect(store.getState().connection.state).toBe('live');
  server.behind = false;
  await vi.waitFor(() => expect(store.job(jobId)?.result?.success).toBe(true), 3_000);
  const asked = server.requests.length;
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect(server.requests.length).toBe(asked);
  stop();
});

test('a list that cannot be had is asked for again, and its error goes when it comes', async () => {
  const server = new FakeServer();
  const { jobId } = await server.client().submit({ ...ORDER, userId: 'user123' });
  server.respond = ({ path }) =>
    path.includes('/jobs') ? refuse(503, 'database_unavailable', 'Postgres is away') : undefined;
  const { store, stop } = live(server);
  await vi.waitFor(() => expect(store.getState().error?.code).toBe('database_unavailable'));
  server.respond = undefined;
  await vi.waitFor(() => expect(store.job(jobId)?.status).toBe('queued'), 3_000);
  expect(store.getState().error).toBeUndefined();
  stop();
});

test('a result that a fork took back is corrected, live and by the list', async () => {
  const { server, store, stop } = live();
  const heard = await store.start(ORDER);
  server.complete(heard);
  await vi.waitFor(() => expect(store.job(heard)?.status).toBe('completed'));
  server.fail(heard, 'transaction_dropped', 'A fork took it back');
  await vi.waitFor(() => expect(store.job(heard)).toMatchObject({ status: 'failed', result: { success: false } }));
  server.complete(heard);
  await vi.waitFor(() => expect(store.job(heard)?.status).toBe('completed'));
  stop();
  store.close();
  server.fail(heard, 'transaction_dropped', 'A fork took it back');
  await store.refresh();
  expect(store.job(heard)).toMatchObject({ status: 'failed', result: { code: 'transaction_dropped' } });
});

test('what is replayed after a list changes nothing that the list knew', async () => {
  const { server, store, stop } = live();
  const id = await store.start(ORDER);
  server.advance(id, 1);
  await vi.waitFor(() => expect(store.job(id)?.progress.progress).toBe(10));
  server.cut();
  server.advance(id, 2);
  server.advance(id, 3);
  server.complete(id);
  await store.refresh();
  const shown: unknown[] = [];
  const ended = store.subscribe(() => shown.push([store.job(id)?.status, store.job(id)?.progress.progress]));
  await vi.waitFor(() => expect(store.getState().connection.state).toBe('live'), 3_000);
  expect(new Set(shown.map(String))).toEqual(new Set(['completed,100']));
  ended();
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

test('a status that cannot be had is asked for again', async () => {
  const server = new FakeServer();
  const store = new BuyStore(server.client(), 'user123', { history: 0 });
  const id = await store.start(ORDER);
  server.complete(id);
  let asked = 0;
  server.respond = ({ path }) =>
    path.endsWith('/status') && asked++ === 0 ? refuse(503, 'database_unavailable', 'Postgres is away') : undefined;
  const stop = store.subscribe(() => undefined);
  await vi.waitFor(() => expect(store.job(id)?.status).toBe('completed'), 3_000);
  stop();
});

test('an order that got no answer keeps its name, and another one that was refused does not', async () => {
  const { server, store, stop } = live();
  const names = () => server.requests.filter(({ path }) => path.endsWith('/start'))
    .map(({ headers }) => headers.get('Idempotency-Key'));
  server.respond = ({ path }) => {
    if (path.endsWith('/start')) throw new TypeError('the network is away');
    return undefined;
  };
  const one = new AbortController();
  const sent = store.start(ORDER, { signal: one.signal });
  await vi.waitFor(() => expect(names().length).toBe(1));
  one.abort();
  await expect(sent).rejects.toThrow();
  server.respond = undefined;
  await store.start(ORDER);
  await store.start(ORDER);
  const [first, second, third] = names();
  expect([first === second, second === third]).toEqual([true, false]);
  const wrong = { ...ORDER, buyAmount: -1 };
  server.respond = ({ path }) => path.endsWith('/start') ? refuse(400, 'invalid_amount', 'must be positive') : undefined;
  await expect(store.start(wrong)).rejects.toMatchObject({ code: 'invalid_amount' });
  await expect(store.start(wrong)).rejects.toMatchObject({ code: 'invalid_amount' });
  expect(new Set(names()).size).toBe(names().length - 1);
  stop();
});

test('it hangs up though its last subscriber has gone while a buy waits to be connected', async () => {
  const { server, store, stop } = live();
  const sending = store.start(ORDER);
  stop();
  await sending;
  await vi.waitFor(() => expect(server.connections).toBe(0), 3_000);
});
