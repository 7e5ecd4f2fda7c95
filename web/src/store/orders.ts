import { ApiError } from '../client/errors.js';
import { newId } from '../client/ids.js';
import { type BuyOrder, sameness } from '../client/order.js';
import type { SubmitOptions } from '../client/submitting.js';

/** Somebody who sees an error tries again within minutes; later the same order is another one. */
const REMEMBERED_MS = 600_000;

type Send = (order: BuyOrder, options: SubmitOptions) => Promise<string>;

/**
 * Sends orders so that what was meant once is bought once: the very same order while it is being
 * sent is one, and so is one that is asked for again because it was not answered.
 */
export class Orders {
  readonly #send: Send;
  readonly #sending = new Map<string, Promise<string>>();
  readonly #unanswered = new Map<string, { name: string; until: number }>();

  constructor(send: Send) {
    this.#send = send;
  }

  /** Answers the job's id. An idempotency key makes an order another one. */
  start(order: BuyOrder, options: SubmitOptions): Promise<string> {
    const same = sameness({ ...order, ...options, signal: undefined } as BuyOrder);
    const already = this.#sending.get(same);
    if (already) return already;
    const sending = this.#named(order, options, same).finally(() => this.#sending.delete(same));
    this.#sending.set(same, sending);
    return sending;
  }

  async #named(order: BuyOrder, options: SubmitOptions, same: string): Promise<string> {
    const name = options.idempotencyKey ?? this.#nameOf(same);
    try {
      const jobId = await this.#send(order, { ...options, idempotencyKey: name });
      this.#unanswered.delete(same);
      return jobId;
    } catch (error) {
      // Only the service itself can say that it did not take an order.
      if (error instanceof ApiError && !error.retryable) this.#unanswered.delete(same);
      else this.#unanswered.set(same, { name, until: Date.now() + REMEMBERED_MS });
      throw error;
    }
  }

  #nameOf(same: string): string {
    for (const [known, { until }] of this.#unanswered) {
      if (until < Date.now()) this.#unanswered.delete(known);
    }
    return this.#unanswered.get(same)?.name ?? newId();
  }
}
