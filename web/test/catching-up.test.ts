// @vitest-environment node
import { expect, test, vi } from 'vitest';
import { BuyStore } from '../src/store/index.js';
import { FakeServer, refuse } from '../src/testing/index.js';
import { ORDER, live } from './live-store.js';

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
