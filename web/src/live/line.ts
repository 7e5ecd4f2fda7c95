import type { ExternalBuyError } from '../client/errors.js';
import type { Cursors } from './cursors.js';
import type { Joined, LiveMessage, Room } from './messages.js';

/** What a line tells whoever opened it. After `ended` it tells no more. */
export interface Listener {
  joined(joined: Joined): void;
  message(message: LiveMessage): void;
  ended(why: ExternalBuyError): void;
}

/** One connection that follows one room, until it ends or is closed. */
export interface Line {
  close(): void;
}

/** A way to the service. */
export interface Transport {
  readonly name: 'socket.io' | 'sse';
  open(room: Room, cursors: Cursors, listener: Listener): Line;
}
