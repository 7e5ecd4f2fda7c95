import { ApiError, type ExternalBuyError, NetworkError, ProtocolError, asError, refusalOf } from '../client/errors.js';
import type { Cursors } from './cursors.js';
import type { Line, Listener, Transport } from './line.js';
import { type Joined, type Room, messageOf } from './messages.js';
import { type Frame, PONG, ask, connect, frameOf } from './socket-frames.js';

const OPENING_MS = 10_000;
const JOIN = 1;

export interface SocketOptions {
  url: string;
  token(): Promise<string | undefined>;
  WebSocket: typeof WebSocket;
}

/** Socket.IO over one WebSocket. */
export function socketTransport(options: SocketOptions): Transport {
  return {
    name: 'socket.io',
    open: (room, cursors, listener) => new SocketLine(options, room, cursors, listener),
  };
}

class SocketLine implements Line {
  readonly #socket: WebSocket;
  readonly #options: SocketOptions;
  readonly #room: Room;
  readonly #cursors: Cursors;
  #listener: Listener | undefined;
  #patienceMs = OPENING_MS;
  #silence: ReturnType<typeof setTimeout> | undefined;

  constructor(options: SocketOptions, room: Room, cursors: Cursors, listener: Listener) {
    this.#options = options;
    this.#room = room;
    this.#cursors = cursors;
    this.#listener = listener;
    const address = options.url.replace(/^http/, 'ws');
    this.#socket = new options.WebSocket(`${address}/socket.io/?EIO=4&transport=websocket`);
    this.#socket.onmessage = ({ data }) => this.#read(String(data));
    this.#socket.onclose = () => this.#end(new NetworkError('the socket was closed'));
    this.#socket.onerror = () => this.#end(new NetworkError('the socket failed'));
    this.#wait();
  }

  close(): void {
    this.#listener = undefined;
    clearTimeout(this.#silence);
    this.#socket.close();
  }

  #read(text: string): void {
    if (!this.#listener) return;
    this.#wait();
    let frame: Frame;
    try {
      frame = frameOf(text);
    } catch (error) {
      this.#end(new ProtocolError('the socket said what nobody understands', { cause: error }));
      return;
    }
    this.#take(frame);
  }

  #take(frame: Frame): void {
    switch (frame.type) {
      case 'open':
        this.#patienceMs = frame.patienceMs;
        void this.#connect();
        break;
      case 'ping':
        this.#socket.send(PONG);
        break;
      case 'connected':
        this.#socket.send(ask(JOIN, 'join_room', this.#cursors.payload(this.#room)));
        break;
      case 'ack':
        this.#acknowledged(frame.payload);
        break;
      case 'event': {
        const message = messageOf(frame.name, frame.payload);
        if (message) this.#listener?.message(message);
        break;
      }
      case 'refused':
        this.#end(refusal(frame.data) ?? new NetworkError(frame.message));
        break;
      case 'disconnected':
      case 'close':
        this.#end(new NetworkError('the service hung up'));
    }
  }

  async #connect(): Promise<void> {
    try {
      const token = await this.#options.token();
      if (this.#listener) this.#socket.send(connect(token));
    } catch (error) {
      this.#end(asError(error));
    }
  }

  #acknowledged(payload: unknown): void {
    if ((payload as Partial<Joined> | null)?.success === true) {
      this.#listener?.joined(payload as Joined);
    } else {
      this.#end(refusal(payload) ?? new ProtocolError('joining was not acknowledged'));
    }
  }

  #end(why: ExternalBuyError): void {
    const listener = this.#listener;
    this.close();
    listener?.ended(why);
  }

  /** A connection may be dead and say nothing: the service pings, so silence is an end. */
  #wait(): void {
    clearTimeout(this.#silence);
    const silent = (): void => this.#end(new NetworkError('the socket fell silent'));
    this.#silence = setTimeout(silent, this.#patienceMs);
  }
}

function refusal(value: unknown): ApiError | undefined {
  const body = refusalOf(value);
  return body && new ApiError(0, body);
}
