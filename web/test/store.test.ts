// @vitest-environment node
import { expect, test, vi } from 'vitest';
import { FakeServer, refuse } from '../src/testing/index.js';
import { ORDER, live } from './live-store.js';

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

test('it hangs up a second after its last subscriber has gone', async () => {
  const { server, stop } = live();
  await vi.waitFor(() => expect(server.connections).toBe(1));
  stop();
  stop();
  expect(server.connections).toBe(1);
  await vi.waitFor(() => expect(server.connections).toBe(0), 3_000);
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
