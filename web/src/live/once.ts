import type { LiveMessage } from './messages.js';
import { placeOf } from './place.js';

const REMEMBERED = 2_000;

/** Lets each message of a buy through once and in order, as far as they have cursors. */
export class Once {
  readonly #last = new Map<string, number>();

  /** Whether this message stands behind all that was told of its buy. */
  isNew(message: LiveMessage): boolean {
    const place = placeOf(message);
    if (place === undefined) return true;
    const { jobId } = message.payload;
    const last = this.#last.get(jobId);
    if (last !== undefined && place <= last) return false;
    this.#last.delete(jobId);
    this.#last.set(jobId, place);
    if (this.#last.size > REMEMBERED) {
      const [oldest] = this.#last.keys();
      this.#last.delete(oldest!);
    }
    return true;
  }
}
