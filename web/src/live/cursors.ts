import type { CursorVector, Joined, Room } from './messages.js';

/** The cursor before every event. */
const BEGINNING = -1;

/** Remembers how far a client has come, to go on from there: one cursor a partition. */
export class Cursors {
  readonly #seen = new Map<string, number>();
  #known: boolean;

  constructor(from?: CursorVector) {
    this.#known = from !== undefined;
    this.#raise(from ?? {});
  }

  /** Whether a join gets what was missed, and not only what is live. */
  get known(): boolean {
    return this.#known;
  }

  joined({ cursors }: Joined): void {
    this.#known = true;
    this.#raise(cursors);
  }

  saw({ partition, cursor }: { partition?: number; cursor?: number }): void {
    // Before a join is acknowledged a message says nothing of those before it.
    if (this.#known && partition !== undefined && cursor !== undefined) this.#raise({ [partition]: cursor });
  }

  forget(): void {
    this.#seen.clear();
    this.#known = false;
  }

  /** What `join_room` is sent. */
  payload(room: Room): unknown {
    if (!this.known) return room;
    return { ...room, cursors: this.vector() };
  }

  /** The same as a `Last-Event-ID`. */
  eventId(): string {
    // A partition that is not named counts from its beginning.
    if (this.#seen.size === 0) return `0:${BEGINNING}`;
    return [...this.#seen].map(([partition, cursor]) => `${partition}:${cursor}`).join(',');
  }

  vector(): CursorVector {
    return Object.fromEntries(this.#seen);
  }

  #raise(cursors: CursorVector): void {
    for (const [partition, cursor] of Object.entries(cursors)) {
      this.#seen.set(partition, Math.max(cursor, this.#seen.get(partition) ?? BEGINNING));
    }
  }
}
