import { type LiveMessage, isEnd } from './messages.js';

const REMEMBERED = 2_000;

interface Heard {
  cursor: number;
  ended: boolean;
  result: boolean;
}

/**
 * Lets each message of a buy through once and in order.
 *
 * A cursor grows within a buy. NB: the progress of an end has the cursor before its event, so that
 * a client that was cut between it and the result gets both again; so ends are told apart by kind.
 */
export class Once {
  readonly #jobs = new Map<string, Heard>();

  /** Whether this message is new and not older than what was told of its buy. */
  isNew(message: LiveMessage): boolean {
    const { jobId, cursor = -1 } = message.payload;
    const heard = this.#jobs.get(jobId) ?? { cursor: -2, ended: false, result: false };
    this.#remember(jobId, heard);
    if (heard.result) return false;
    if (message.name === 'external_buy_result') {
      heard.result = true;
      return true;
    }
    if (heard.ended) return false;
    if (message.name === 'external_buy_progress' && isEnd(message.payload)) {
      heard.ended = true;
      return true;
    }
    if (cursor === -1 && heard.cursor < 0) return true; // a source without cursors
    if (cursor < heard.cursor || (cursor === heard.cursor && !this.#beside(message))) return false;
    heard.cursor = cursor;
    return true;
  }

  /** One event may make a progress and a request to sign. */
  #beside(message: LiveMessage): boolean {
    return message.name === 'external_buy_sign_request';
  }

  #remember(jobId: string, heard: Heard): void {
    this.#jobs.delete(jobId);
    this.#jobs.set(jobId, heard);
    if (this.#jobs.size > REMEMBERED) {
      const [oldest] = this.#jobs.keys();
      this.#jobs.delete(oldest!);
    }
  }
}
