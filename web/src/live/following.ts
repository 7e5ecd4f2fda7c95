import { type ExternalBuyError, asError } from '../client/errors.js';
import { Cursors } from './cursors.js';
import type { Line, Transport } from './line.js';
import type { CursorVector, Joined, LiveMessage, Room } from './messages.js';
import { Once } from './once.js';

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 10_000;
/** A service that takes everybody and drops them at once is not asked without pause. */
const STABLE_MS = 5_000;

/** How a client is connected. `refused` is final until `retry`. */
export interface Connection {
  state: 'connecting' | 'live' | 'reconnecting' | 'refused' | 'closed';
  transport?: Transport['name'];
  /** Why it is not live. */
  error?: ExternalBuyError;
}

export interface Follower {
  /** Each message once, in each buy's order. */
  message?(message: LiveMessage): void;
  connection?(connection: Connection): void;
  /** All up to now was told. `fresh`: from now on only, so what was before is to be asked for. */
  joined?(joined: Joined, fresh: boolean): void;
}

export interface FollowOptions {
  /**
   * Where an earlier following stopped, or how far a page of jobs reaches; a partition that is not
   * named counts from its beginning. Without them only what is live is told.
   */
  cursors?: CursorVector | undefined;
  random?: () => number;
}

/** Follows a room over whichever transport works, and goes on after every cut where it was. */
export class Following {
  readonly #transports: readonly Transport[];
  readonly #room: Room;
  readonly #follower: Follower;
  readonly #random: () => number;
  readonly #cursors: Cursors;
  readonly #once = new Once();
  #connection: Connection = { state: 'connecting' };
  #line: Line | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stable: ReturnType<typeof setTimeout> | undefined;
  #preferred = 0;
  #failures = 0;

  constructor(
    transports: readonly Transport[], room: Room, follower: Follower, options: FollowOptions = {},
  ) {
    this.#transports = transports;
    this.#room = room;
    this.#follower = follower;
    this.#random = options.random ?? Math.random;
    this.#cursors = new Cursors(options.cursors);
    globalThis.addEventListener?.('online', this.#online);
    this.#open();
  }

  get connection(): Connection {
    return this.#connection;
  }

  /** What to give to a later following, to go on from here; undefined before it has joined. */
  get cursors(): CursorVector | undefined {
    return this.#cursors.known ? this.#cursors.vector() : undefined;
  }

  /** Try again now, also after a refusal. */
  retry(): void {
    const { state } = this.#connection;
    if (state === 'closed' || state === 'live') return;
    this.#failures = 0;
    this.#open();
  }

  close(): void {
    globalThis.removeEventListener?.('online', this.#online);
    this.#drop();
    this.#turn({ state: 'closed' });
  }

  readonly #online = (): void => {
    if (this.#connection.state === 'reconnecting') this.retry();
  };

  #drop(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#stable);
    this.#line?.close();
    this.#line = undefined;
  }

  #open(): void {
    this.#drop();
    const transport = this.#transports[this.#preferred % this.#transports.length]!;
    const fresh = !this.#cursors.known;
    let isLive = false;
    // A transport that cannot even be opened has failed as one that ends.
    try {
      this.#line = transport.open(this.#room, this.#cursors, {
        joined: (joined) => {
          isLive = true;
          this.#stable = setTimeout(() => (this.#failures = 0), STABLE_MS);
          this.#cursors.joined(joined);
          this.#turn({ state: 'live', transport: transport.name });
          // Whoever was told may have hung up.
          if (this.#line) this.#follower.joined?.(joined, fresh);
        },
        message: (message) => {
          this.#cursors.saw(message.payload);
          if (this.#once.isNew(message)) this.#follower.message?.(message);
        },
        ended: (why) => this.#ended(why, isLive),
      });
    } catch (error) {
      this.#ended(asError(error), false);
    }
  }

  #ended(why: ExternalBuyError, wasLive: boolean): void {
    this.#line = undefined;
    clearTimeout(this.#stable);
    this.#failures += 1;
    if (why.code === 'invalid_request' && this.#cursors.known) {
      // The log is not the one that these cursors are of: begin anew, and ask for what was missed.
      this.#cursors.forget();
    } else if (!why.mayPass) {
      this.#turn({ state: 'refused', error: why });
      return;
    } else if (!wasLive) {
      this.#preferred += 1;
    }
    // First the timer: whoever is told may hang up, or try again at once.
    this.#timer = setTimeout(() => this.#open(), this.#wait());
    this.#turn({ state: 'reconnecting', error: why });
  }

  #wait(): number {
    const full = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(this.#failures - 1, 10));
    return full * (0.5 + this.#random() / 2);
  }

  #turn(connection: Connection): void {
    this.#connection = connection;
    this.#follower.connection?.(connection);
  }
}
