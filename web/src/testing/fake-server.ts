import { type BuyClient, type ClientOptions, createClient } from '../client/client.js';
import type { ExternalBuyProgress, ExternalBuyResult } from '../generated/buys.js';
import type { CursorVector, LiveMessage, Room } from '../live/messages.js';
import type { SignRequest } from '../wallet/sign-request.js';
import { type Received, type Respond, answer } from './fake-answers.js';
import { FakeLog, progressOf, resultOf } from './fake-log.js';
import { routes } from './fake-rest.js';
import { concerns, fakeWebSocket } from './fake-socket.js';

type Replaced = Response | undefined | void;

const SIGNATURE = '5'.repeat(88);

/**
 * The service in memory, for tests of pages that buy. No network: give its client to the hook.
 * Buys stand still until the test says how they go on.
 */
export class FakeServer {
  /** Every request, in order. */
  readonly requests: Received[] = [];
  /** Answers instead of the fake where it answers at all. */
  respond: ((received: Received) => Replaced | Promise<Replaced>) | undefined;
  /** Refuses sockets with this body. */
  refusal: object | undefined;
  /** No connection is taken. */
  down = false;
  readonly #log = new FakeLog();
  readonly #rooms = new Map<(message: LiveMessage) => void, Room>();
  readonly #hangUps = new Set<() => void>();
  readonly #routes: Respond;

  constructor() {
    this.#routes = routes(this.#log, (jobId) => {
      const { createdAt = '', ...job } = this.#log.jobs.get(jobId)!;
      const { userId, tokenAddress, buyAmount, status } = job;
      const payload = { jobId, userId, tokenAddress, buyAmount, status, createdAt };
      this.#tell(jobId, { name: 'external_buy_job_created', payload });
    });
  }

  /** A client of this server. */
  client(options: ClientOptions = {}): BuyClient {
    return createClient({
      url: 'http://fake',
      fetch: this.fetch,
      WebSocket: this.webSocket(),
      ...options,
    });
  }

  /** Whether lists and statuses stay as they are, as when the service's record is behind its log. */
  set behind(held: boolean) {
    this.#log.hold(held);
  }

  /** How many are connected. */
  get connections(): number {
    return this.#hangUps.size;
  }

  /** The ids of all jobs, in the order they came. */
  get jobIds(): string[] {
    return [...this.#log.jobs.keys()];
  }

  /** Let a buy reach a phase, 1 to 3. */
  advance(jobId: string, phase: number, changed: Partial<ExternalBuyProgress> = {}): void {
    const payload = progressOf(this.#job(jobId), phase, changed);
    this.#tell(jobId, { name: 'external_buy_progress', payload });
  }

  /** Let a buy succeed. */
  complete(jobId: string): void {
    const details = { transactionSignature: SIGNATURE, platform: 'jupiter', actualSolSpent: '0.1' };
    const bought = { success: true, status: 'completed' as const, actualSolSpent: 0.1 };
    const landed = { transactionSignature: SIGNATURE, platform: 'jupiter' };
    this.#end(jobId, progressOf(this.#job(jobId), 4, { status: 'completed', details }), {
      ...bought, ...landed,
    });
  }

  /** Let a buy fail where it is. */
  fail(jobId: string, code = 'insufficient_balance', error = 'Insufficient balance'): void {
    const changed = { status: 'failed' as const, details: { error, code } };
    this.#end(jobId, { ...this.#job(jobId).progress, ...changed }, { error, code });
  }

  /** Let a cancel have won. */
  stop(jobId: string): void {
    const changed = { status: 'failed' as const, details: { error: 'Cancelled' } };
    const result = { error: 'Cancelled', code: 'cancelled', status: 'cancelled' as const };
    this.#end(jobId, { ...this.#job(jobId).progress, ...changed }, result);
  }

  /** Ask the user's wallet to sign. */
  askToSign(request: SignRequest): void {
    const details = { currentOperation: 'Waiting for the wallet to sign', signRequestId: request.requestId };
    this.#tell(
      request.jobId,
      { name: 'external_buy_progress', payload: progressOf(this.#job(request.jobId), 3, { details }) },
      { name: 'external_buy_sign_request', payload: request },
    );
  }

  /** Tell a message anew, as after a cut. */
  repeat(message: LiveMessage): void {
    for (const [tell, room] of [...this.#rooms]) if (concerns(room, message)) tell(message);
  }

  /** All that was told, in order. */
  get told(): readonly LiveMessage[] {
    return this.#log.messages;
  }

  /** Cut every connection. */
  cut(): void {
    for (const hangUp of [...this.#hangUps]) hangUp();
  }

  readonly fetch: typeof fetch = async (input, init) => {
    const { pathname, search } = new URL(String(input));
    const body: unknown = init?.body ? JSON.parse(String(init.body)) : undefined;
    const headers = new Headers(init?.headers);
    const received = { method: init?.method ?? 'GET', path: pathname + search, body, headers };
    this.requests.push(received);
    if (this.down) throw new TypeError('fetch failed');
    if (pathname.endsWith('/events')) return this.#stream(pathname, headers, init?.signal);
    return (await this.respond?.(received)) ?? this.#routes(received);
  };

  webSocket(): typeof WebSocket {
    return fakeWebSocket({
      join: (payload, tell) => this.#join(payload, tell),
      opened: (hangUp) => {
        this.#hangUps.add(hangUp);
        return () => this.#hangUps.delete(hangUp);
      },
      isDown: () => this.down,
      refusal: () => this.refusal,
    });
  }

  #join(payload: unknown, tell: (message: LiveMessage) => void): { ack: unknown; leave: () => void } {
    const { cursors, ...room } = payload as Room & { cursors?: CursorVector };
    if (cursors) {
      const behind = this.#log.after(cursors).filter((one) => concerns(room, one));
      behind.forEach(tell);
    }
    this.#rooms.set(tell, room);
    const ack = { success: true, room: JSON.stringify(room), cursors: this.#log.vector() };
    return { ack, leave: () => this.#rooms.delete(tell) };
  }

  #stream(path: string, headers: Headers, signal?: AbortSignal | null): Response {
    if (this.refusal) return answer(401, this.refusal);
    const [, kind, id] = /\/(user|job)\/([^/]+)\/events$/.exec(path)!;
    const room = kind === 'user' ? { userId: decodeURIComponent(id!) } : { jobId: id! };
    const given = headers.get('Last-Event-ID');
    const cursors = given && Object.fromEntries(given.split(',').map((pair) => pair.split(':')));
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        const say = (event: string, data: unknown): void =>
          controller.enqueue(new TextEncoder().encode(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`));
        const tell = (message: LiveMessage): void => say(message.name, message.payload);
        const { ack, leave } = this.#join({ ...room, ...(cursors ? { cursors } : {}) }, tell);
        say('joined', ack);
        const hangUp = (): void => {
          leave();
          this.#hangUps.delete(hangUp);
          controller.close();
        };
        this.#hangUps.add(hangUp);
        signal?.addEventListener('abort', () => this.#hangUps.has(hangUp) && hangUp());
      },
    });
    return new Response(body, { headers: { 'Content-Type': 'text/event-stream' } });
  }

  #job(jobId: string): NonNullable<ReturnType<FakeLog['jobs']['get']>> {
    const job = this.#log.jobs.get(jobId);
    if (!job) throw new Error(`there is no job ${jobId}`);
    return job;
  }

  #end(jobId: string, progress: ExternalBuyProgress, changed: Partial<ExternalBuyResult>): void {
    const result = resultOf(this.#job(jobId), changed);
    this.#tell(
      jobId,
      { name: 'external_buy_progress', payload: progress },
      { name: 'external_buy_result', payload: result },
    );
  }

  #tell(jobId: string, ...made: LiveMessage[]): void {
    for (const message of this.#log.append(jobId, ...made)) this.repeat(message);
  }
}
