// @vitest-environment node
import { expect, test, vi } from 'vitest';
import { BuyStore } from '../src/store/index.js';
import { FakeServer, refuse } from '../src/testing/index.js';

const ORDER = { tokenAddress: 'So1', buyAmount: 0.1, signerId: 'a' };

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
  const request = {
    jobId: id, userId: 'user123', requestId: 'r1', wallet: 'W', tokenAddress: 'So1', buyAmount: 0.1,
    lamports: '1', transaction: 'AQ==', lastValidBlockHeight: 1, platform: 'jupiter', expectedOut: '1',
    minimumOut: '1', attempt: 1,
  };
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

test('a wallet whose answer did not arrive may be asked again', async () => {
  const { server, store, stop } = live();
  const id = await store.start({ ...ORDER, custody: 'client', wallet: 'W' });
  let signed = 0;
  server.askToSign({
    jobId: id, userId: 'user123', requestId: 'r1', wallet: 'W', tokenAddress: 'So1', buyAmount: 0.1,
    lamports: '1', transaction: 'AQ==', lastValidBlockHeight: 1, platform: 'jupiter', expectedOut: '1',
    minimumOut: '1', attempt: 1,
  });
  await vi.waitFor(() => expect(store.job(id)?.signRequest?.requestId).toBe('r1'));
  const wallet = (): Promise<string> => (signed += 1, Promise.resolve('signed'));
  server.respond = ({ path }) =>
    path.endsWith('/signature') ? refuse(503, 'log_unavailable', 'Kafka is away') : undefined;
  await expect(store.sign(id, wallet)).rejects.toMatchObject({ code: 'log_unavailable' });
  server.respond = undefined;
  await store.sign(id, wallet);
  await store.sign(id, wallet);
  expect(signed).toBe(2);
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
