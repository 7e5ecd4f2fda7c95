import type { CursorVector, Joined, Room } from './messages.js';

/** Remembers how far a client has come, to go on from there: one cursor a partition. */
export class Cursors {
  readonly #seen = new Map<string, number>();

  constructor(from: CursorVector = {}) {
    this.#raise(from);
  }

  /** Whether anything is known: else a join gets only what is live. */
  get known(): boolean {
    return this.#seen.size > 0;
  }

  joined({ cursors }: Joined): void {
    this.#raise(cursors);
  }

  saw({ partition, cursor }: { partition?: number; cursor?: number }): void {
    if (partition !== undefined && cursor !== undefined) this.#raise({ [partition]: cursor });
  }

  forget(): void {
    this.#seen.clear();
  }

  /** What `join_room` is sent. */
  payload(room: Room): unknown {
    if (!this.known) return room;
    if ('userId' in room) return { ...room, cursors: this.vector() };
    return { ...room, cursor: Math.max(...this.#seen.values()) };
  }

  /** The same as a `Last-Event-ID`. */
  eventId(): string {
    return [...this.#seen].map(([partition, cursor]) => `${partition}:${cursor}`).join(',');
  }

  vector(): CursorVector {
    return Object.fromEntries(this.#seen);
  }

  #raise(cursors: CursorVector): void {
    for (const [partition, cursor] of Object.entries(cursors)) {
      this.#seen.set(partition, Math.max(cursor, this.#seen.get(partition) ?? -1));
    }
  }
}
