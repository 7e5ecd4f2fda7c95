import { ApiError, type ExternalBuyError, asError } from '../client/errors.js';
import type { CursorVector } from '../live/messages.js';

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 5_000;

/**
 * Asks for a snapshot again and again until it has all that was before some cursors: what came
 * earlier is not told live, and the service's record may be behind its log when it is asked.
 */
export class CatchingUp {
  readonly #load: () => Promise<CursorVector | undefined>;
  readonly #failed: (error: ExternalBuyError | undefined) => void;
  readonly #wanted = new Map<string, number>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isLoading = false;
  #hasFailed = false;
  #waitMs = FIRST_WAIT_MS;

  /**
   * `load` takes a snapshot in and answers how far it reaches; an older service does not know, and
   * is not asked again. `failed` is told why it did not work, and undefined once it works again.
   */
  constructor(
    load: () => Promise<CursorVector | undefined>,
    failed: (error: ExternalBuyError | undefined) => void,
  ) {
    this.#load = load;
    this.#failed = failed;
  }

  /** Have all up to these cursors, inclusive. */
  upto(cursors: CursorVector): void {
    for (const [partition, cursor] of Object.entries(cursors)) {
      this.#wanted.set(partition, Math.max(cursor, this.#wanted.get(partition) ?? -1));
    }
    this.#waitMs = FIRST_WAIT_MS;
    this.#again(0);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#wanted.clear();
  }

  #again(afterMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#ask(), afterMs);
  }

  async #ask(): Promise<void> {
    // Whoever is asking looks again when it has its answer.
    if (this.#isLoading) return;
    this.#isLoading = true;
    const askedMs = await this.#answered();
    this.#isLoading = false;
    if (this.#wanted.size === 0) return;
    this.#again(Math.max(this.#waitMs, askedMs));
    this.#waitMs = Math.min(LONGEST_WAIT_MS, this.#waitMs * 2);
  }

  /** Answers how long the service asks to wait, in ms. */
  async #answered(): Promise<number> {
    try {
      this.#had(await this.#load());
      if (this.#hasFailed) this.#failed(undefined);
      this.#hasFailed = false;
      return 0;
    } catch (thrown) {
      const error = asError(thrown);
      this.#hasFailed = true;
      this.#failed(error);
      if (!error.mayPass) this.stop();
      return error instanceof ApiError ? (error.retryAfterMs ?? 0) : 0;
    }
  }

  #had(cursors: CursorVector | undefined): void {
    for (const [partition, cursor] of this.#wanted) {
      if (!cursors || (cursors[partition] ?? -1) >= cursor) this.#wanted.delete(partition);
    }
  }
}
