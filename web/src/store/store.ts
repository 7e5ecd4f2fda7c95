import type { BuyClient } from '../client/client.js';
import { type ExternalBuyError, asError } from '../client/errors.js';
import type { BuyOrder } from '../client/order.js';
import type { SubmitOptions } from '../client/submitting.js';
import type { Cancel } from '../generated/buys.js';
import type { Connection, Following } from '../live/following.js';
import type { CursorVector, LiveMessage } from '../live/messages.js';
import type { Signer } from '../wallet/signer.js';
import { CatchingUp } from './catching-up.js';
import { type Job, afterMessage, afterSnapshot, isOpen, lacksRequest, queued } from './job.js';
import { Orders } from './orders.js';
import { Signing } from './signing.js';

const LINGER_MS = 1_000;
const PATIENCE_MS = 3_000;

/** What a store knows; a new object whenever anything in it is new. */
export interface StoreState {
  /** A user's buys, newest first. */
  readonly jobs: readonly Job[];
  readonly connection: Connection;
  /** Why the last thing that was asked for did not work. */
  readonly error: ExternalBuyError | undefined;
  /** How many orders are being sent. */
  readonly submitting: number;
}

export const EMPTY: StoreState = {
  jobs: [],
  connection: { state: 'connecting' },
  error: undefined,
  submitting: 0,
};

export interface StoreOptions {
  /** Signs for buys with `custody: 'client'` that were started here. */
  signer?: Signer | undefined;
  /** How many past jobs to load; 50 unless given, 0 for none. */
  history?: number;
}

/**
 * One user's buys, live, for any framework: `getState` and `subscribe` are what its hook needs.
 * Follows the service while it has a subscriber, and a second longer.
 */
export class BuyStore {
  readonly userId: string;
  signer: Signer | undefined;
  readonly #client: BuyClient;
  readonly #history: number;
  readonly #listeners = new Set<() => void>();
  readonly #orders = new Orders((order, options) => this.#send(order, options));
  readonly #own = new Set<string>();
  readonly #signing: Signing;
  readonly #catchingUp = new CatchingUp(() => this.#load(), (error) => this.#set({ error }));
  #state = EMPTY;
  #following: Following | undefined;
  #leaving: ReturnType<typeof setTimeout> | undefined;

  constructor(client: BuyClient, userId: string, options: StoreOptions = {}) {
    this.#client = client;
    this.#signing = new Signing(client);
    this.userId = userId;
    this.signer = options.signer;
    this.#history = options.history ?? 50;
  }

  readonly getState = (): StoreState => this.#state;

  /** Hear of every change; answers how to stop. */
  readonly subscribe = (listener: () => void): (() => void) => {
    // A subscriber may subscribe twice: each time is its own.
    const own = (): void => listener();
    this.#listeners.add(own);
    clearTimeout(this.#leaving);
    this.#follow();
    return () => this.#unsubscribe(own);
  };

  job(jobId: string | undefined): Job | undefined {
    return this.#state.jobs.find((job) => job.jobId === jobId);
  }

  /**
   * Submit a buy and answer its job's id. The very same order asked for again while it is being
   * sent, or within ten minutes after it got no answer, is the same buy, unless it has an
   * idempotency key of its own. Throws ExternalBuyError.
   */
  start(order: BuyOrder, options: SubmitOptions = {}): Promise<string> {
    return this.#orders.start(order, options);
  }

  /** Ask to cancel a buy. Throws ApiError `too_late` or `already_finished`. */
  cancel(jobId: string): Promise<Cancel> {
    return this.#tried(() => this.#client.cancel(jobId));
  }

  /** Let the wallet sign what a buy waits for, once; its answer may be sent again. */
  async sign(jobId: string, signer = this.signer): Promise<void> {
    const request = this.job(jobId)?.signRequest;
    if (request && signer) await this.#tried(() => this.#signing.answer(request, signer));
  }

  /** Ask the service for what was not heard. */
  async refresh(): Promise<void> {
    await this.#tried(() => this.#load());
  }

  /** Connect again now, also after a refusal. */
  retry(): void {
    this.#following?.retry();
  }

  close(): void {
    clearTimeout(this.#leaving);
    this.#catchingUp.stop();
    this.#following?.close();
    this.#following = undefined;
  }

  #follow(): void {
    this.#following ??= this.#client.follow({ userId: this.userId }, {
      message: (message) => this.#heard(message),
      connection: (connection) => this.#set({ connection }),
      joined: ({ cursors }, fresh) => {
        if (fresh) this.#catchingUp.upto(cursors);
      },
    });
  }

  async #send(order: BuyOrder, options: SubmitOptions): Promise<string> {
    this.#set({ submitting: this.#state.submitting + 1, error: undefined });
    try {
      await this.#connected();
      const made = await this.#client.submit({ ...order, userId: this.userId }, options);
      this.#own.add(made.jobId);
      this.#put(this.job(made.jobId) ?? queued(made));
      void this.#signOwn(made.jobId);
      return made.jobId;
    } catch (thrown) {
      this.#set({ error: asError(thrown) });
      throw thrown;
    } finally {
      this.#set({ submitting: this.#state.submitting - 1 });
    }
  }

  /** Listening first means hearing from the first word; what is missed is asked for all the same. */
  async #connected(): Promise<void> {
    const settled = ({ state }: Connection): boolean => state === 'live' || state === 'refused';
    if (!this.#following || settled(this.#state.connection)) return;
    await new Promise<void>((resolve) => {
      const stop = (): void => {
        clearTimeout(timer);
        this.#unsubscribe(look);
        resolve();
      };
      const timer = setTimeout(stop, PATIENCE_MS);
      const look = (): void => {
        if (settled(this.#state.connection)) stop();
      };
      this.#listeners.add(look);
    });
  }

  #heard(message: LiveMessage): void {
    const { jobId } = message.payload;
    const known = this.job(jobId);
    const job = afterMessage(known, message);
    if (job && job !== known) this.#put(job);
    if (message.name === 'external_buy_sign_request') void this.#signOwn(jobId);
    // A result of a job that was never heard of: the service knows the rest.
    if (!job) this.#look(jobId).catch((error: unknown) => this.#set({ error: asError(error) }));
  }

  async #signOwn(jobId: string): Promise<void> {
    const { signer } = this;
    const request = this.job(jobId)?.signRequest;
    if (!request || !signer || !this.#own.has(jobId)) return;
    const isAsked = (): boolean => this.job(jobId)?.signRequest?.requestId === request.requestId;
    await this.#signing.persist(request, signer, isAsked);
  }

  /** Answers how far what it took in reaches. */
  async #load(): Promise<CursorVector> {
    const { userId } = this;
    const { jobs, cursors } = await this.#client.list({ userId, limit: this.#history || 1 });
    const listed = jobs.slice(0, this.#history);
    for (const item of listed) {
      this.#put(afterSnapshot(this.job(item.jobId), item));
    }
    const found = new Set(listed.map((item) => item.jobId));
    // A list has the id of a request to sign, and the status has all of it.
    const lacking = this.#state.jobs.filter((job) => isOpen(job) && (!found.has(job.jobId) || lacksRequest(job)));
    await Promise.all(lacking.map((job) => this.#look(job.jobId)));
    return cursors;
  }

  /** Throws what may pass by itself; the rest is in `error`. */
  async #look(jobId: string): Promise<void> {
    try {
      const view = await this.#client.status(jobId);
      // NB: after the wait, as more may have been heard meanwhile.
      this.#put(afterSnapshot(this.job(jobId), view));
      void this.#signOwn(jobId);
    } catch (thrown) {
      const error = asError(thrown);
      if (error.mayPass) throw error;
      this.#set({ error });
    }
  }

  async #tried<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    try {
      const answer = await ask();
      this.#set({ error: undefined });
      return answer;
    } catch (thrown) {
      this.#set({ error: asError(thrown) });
      throw thrown;
    }
  }

  #unsubscribe(listener: () => void): void {
    this.#listeners.delete(listener);
    clearTimeout(this.#leaving);
    if (this.#listeners.size === 0) this.#leaving = setTimeout(() => this.close(), LINGER_MS);
  }

  #put(job: Job): void {
    const others = this.#state.jobs.filter((other) => other.jobId !== job.jobId);
    // Job ids are UUIDv7: their order is that of creation.
    const jobs = [...others, job].sort((a, b) => (a.jobId < b.jobId ? 1 : -1));
    this.#set({ jobs });
  }

  #set(changed: Partial<StoreState>): void {
    this.#state = { ...this.#state, ...changed };
    for (const listener of [...this.#listeners]) listener();
  }
}
