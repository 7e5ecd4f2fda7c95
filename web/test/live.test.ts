// @vitest-environment node
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { EventStream } from '../src/live/event-stream.js';
import type { Connection, Following } from '../src/live/following.js';
import type { LiveMessage } from '../src/live/messages.js';
import { Once } from '../src/live/once.js';
import { connect } from '../src/live/socket-frames.js';
import { FakeServer } from '../src/testing/index.js';

const USER = { userId: 'user123' };
const ORDER = { ...USER, tokenAddress: 'So1', buyAmount: 0.1, signerId: 'a' };

let following: Following | undefined;
beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  following?.close();
  vi.useRealTimers();
});

function follow(server: FakeServer, transports?: ('socket.io' | 'sse')[]) {
  const heard: LiveMessage[] = [];
  const states: Connection[] = [];
  following = server.client({ ...(transports ? { transports } : {}) }).follow(USER, {
    message: (message) => heard.push(message),
    connection: (connection) => states.push(connection),
  });
  return { heard, states, percents: () => heard.map(({ name, payload }) => name === 'external_buy_progress' ? payload.progress : name.slice(13)) };
}

const soon = () => vi.advanceTimersByTimeAsync(0);
const later = () => vi.advanceTimersByTimeAsync(15_000);

for (const transport of ['socket.io', 'sse'] as const) {
  test(`over ${transport}, what happens during a cut comes afterwards, once and in order`, async () => {
    const server = new FakeServer();
    const { percents, states } = follow(server, [transport]);
    await soon();
    expect(states.at(-1)).toEqual({ state: 'live', transport });
    const { jobId } = await server.client().submit(ORDER);
    server.advance(jobId, 1);
    await soon();
    server.cut();
    server.advance(jobId, 2);
    server.advance(jobId, 3);
    server.complete(jobId);
    await later();
    expect(percents()).toEqual(['job_created', 10, 35, 70, 100, 'result']);
  });
}

test('a cut between the two messages of an end loses and doubles nothing', async () => {
  const server = new FakeServer();
  const { percents, heard } = follow(server, ['socket.io']);
  await soon();
  const { jobId } = await server.client().submit(ORDER);
  server.complete(jobId);
  await soon();
  server.cut();
  await later();
  // The cursor of what was heard last is that of the result: nothing comes again.
  expect(percents()).toEqual(['job_created', 100, 'result']);
  // Cut before the result, the progress comes a second time, and is told once.
  const once = new Once();
  const [progress, result] = heard.slice(1) as [LiveMessage, LiveMessage];
  expect([progress, progress, result, result].map((one) => once.isNew(one))).toEqual([true, false, true, false]);
});

test('a socket says that it joins a room, so that it hears of nothing else before', () => {
  expect(connect(undefined)).toBe('40{"joins":true}');
  expect(JSON.parse(connect('token-1').slice(2))).toEqual({ joins: true, token: 'token-1' });
});

test('messages that come late or twice are not told', () => {
  const server = new FakeServer();
  const once = new Once();
  const jobs = ['0-a', '0-b'];
  const at = (jobId: string, cursor: number, more: object = {}): LiveMessage =>
    ({ name: 'external_buy_progress', payload: { jobId, cursor, partition: 0, status: 'in_progress', details: {}, ...more } }) as LiveMessage;
  expect(server.told).toEqual([]);
  const told = [at(jobs[0]!, 3), at(jobs[1]!, 4), at(jobs[0]!, 2), at(jobs[0]!, 3), at(jobs[0]!, 7), at(jobs[0]!, 7, { status: 'completed' }), at(jobs[0]!, 9)];
  // An end stands half behind its cursor. What comes after it corrects it.
  expect(told.map((one) => once.isNew(one))).toEqual([true, true, false, false, true, true, true]);
});

test('where no socket opens, server-sent events are used', async () => {
  const server = new FakeServer();
  class Broken {
    onerror: (() => void) | null = null;
    constructor() { queueMicrotask(() => this.onerror?.()); }
    close(): void { /* never opened */ }
  }
  const states: Connection[] = [];
  following = server.client({ WebSocket: Broken as unknown as typeof WebSocket })
    .follow(USER, { connection: (connection) => states.push(connection) });
  await later();
  expect(states.map(({ state }) => state)).toEqual(['reconnecting', 'live']);
  expect(following.connection.transport).toBe('sse');
});

test('a refusal is final until somebody tries again', async () => {
  const server = new FakeServer();
  server.refusal = { success: false, error: 'no', code: 'unauthenticated', retryable: false };
  follow(server);
  await later();
  expect(following!.connection).toMatchObject({ state: 'refused', error: { code: 'unauthenticated' } });
  expect(server.connections).toBe(0);
  server.refusal = undefined;
  following!.retry();
  await soon();
  expect(following!.connection.state).toBe('live');
});

test('while the service is down it is asked ever more rarely', async () => {
  const server = new FakeServer();
  server.down = true;
  const { states } = follow(server);
  await vi.advanceTimersByTimeAsync(120_000);
  expect(states.length).toBeGreaterThan(10);
  expect(states.length).toBeLessThan(40);
  server.down = false;
  await later();
  expect(following!.connection.state).toBe('live');
});

test('an event stream is read however its bytes are cut', () => {
  const text = ': hello\n\nevent: joined\ndata: {"a":\ndata: "é"}\nid: 0:1\r\n\r\ndata:x\n\n';
  const bytes = new TextEncoder().encode(text);
  for (const size of [1, 2, 3, 7, bytes.length]) {
    const stream = new EventStream();
    const events = [];
    for (let at = 0; at < bytes.length; at += size) events.push(...stream.take(bytes.subarray(at, at + size)));
    expect(events).toEqual([
      { name: 'joined', data: '{"a":\n"é"}', id: '0:1' },
      { name: 'message', data: 'x', id: undefined },
    ]);
  }
});

for (const transport of ['socket.io', 'sse'] as const) {
  test(`over ${transport}, what a page of jobs reaches is where a following may begin`, async () => {
    const server = new FakeServer();
    const { cursors: none } = await server.client().list(USER);
    const { jobId } = await server.client().submit(ORDER);
    const { cursors } = await server.client().list(USER);
    server.complete(jobId);
    const names = async (from: Record<string, number>): Promise<string[]> => {
      const heard: string[] = [];
      const message = ({ name }: LiveMessage): number => heard.push(name.slice(13));
      following = server.client({ transports: [transport] }).follow(USER, { message }, { cursors: from });
      await soon();
      following.close();
      return heard;
    };
    expect(await names(cursors)).toEqual(['progress', 'result']);
    for (const beginning of [none, {}]) {
      expect(await names(beginning)).toEqual(['job_created', 'progress', 'result']);
    }
  });
}

test('a following that is cut before it has joined has no cursors, and joins anew', async () => {
  const server = new FakeServer();
  server.down = true;
  follow(server);
  await soon();
  expect(following!.cursors).toBeUndefined();
  server.down = false;
  await later();
  expect(following!.cursors).toEqual({ 0: -1, 1: -1 });
});

test('the two messages of one event are both new right behind the one before', () => {
  const once = new Once();
  const at = (cursor: number, details: object): LiveMessage =>
    ({ name: 'external_buy_progress', payload: { jobId: '0-a', partition: 0, cursor, status: 'in_progress', details } }) as LiveMessage;
  const request = { name: 'external_buy_sign_request', payload: { jobId: '0-a', partition: 0, cursor: 11 } } as LiveMessage;
  const told = [at(10, { currentOperation: 'Quoted' }), at(10, { signRequestId: 'r1' }), request];
  expect([...told, ...told].map((one) => once.isNew(one))).toEqual([true, true, true, false, false, false]);
});

for (const transport of ['socket.io', 'sse'] as const) {
  test(`over ${transport}, a credential that cannot be had for a while ends nothing`, async () => {
    const server = new FakeServer();
    let isOnline = true;
    const token = (): Promise<string> => isOnline ? Promise.resolve('token') : Promise.reject(new TypeError('offline'));
    const states: Connection[] = [];
    following = server.client({ token, transports: [transport] }).follow(USER, { connection: (one) => states.push(one) });
    await soon();
    isOnline = false;
    server.cut();
    await later();
    expect(states.at(-1)).toMatchObject({ state: 'reconnecting', error: { code: 'network' } });
    isOnline = true;
    await later();
    expect(states.at(-1)?.state).toBe('live');
  });
}

test('who hangs up when told of a cut stays away', async () => {
  const server = new FakeServer();
  following = server.client().follow(USER, {
    connection: ({ state }) => { if (state === 'reconnecting') following!.close(); },
  });
  await soon();
  server.cut();
  await later();
  expect([following.connection.state, server.connections]).toEqual(['closed', 0]);
});

for (const transport of ['socket.io', 'sse'] as const) {
  test(`over ${transport}, a job is followed from where a page of jobs ends`, async () => {
    const server = new FakeServer();
    const client = server.client({ transports: [transport] });
    const { jobId } = await client.submit(ORDER);
    await client.submit(ORDER);
    const { cursors } = await client.list(USER);
    server.complete(jobId);
    const heard: string[] = [];
    following = client.follow({ jobId }, { message: ({ name }) => heard.push(name.slice(13)) }, { cursors });
    await soon();
    server.cut();
    await later();
    expect(heard).toEqual(['progress', 'result']);
  });
}
