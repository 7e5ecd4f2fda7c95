import { type ExternalBuyError, NetworkError, asError } from '../client/errors.js';
import { type Http, bodyOf } from '../client/http.js';
import type { Cursors } from './cursors.js';
import { EventStream, type StreamEvent } from './event-stream.js';
import type { Line, Listener, Transport } from './line.js';
import { type Joined, type Room, messageOf } from './messages.js';

/** The service writes a comment at least every 10 s. */
const SILENCE_MS = 30_000;

/** Server-sent events, read by fetch: an EventSource could not say who it is. */
export function sseTransport(http: Http): Transport {
  return {
    name: 'sse',
    open: (room, cursors, listener) => new SseLine(http, room, cursors, listener),
  };
}

class SseLine implements Line {
  readonly #abort = new AbortController();
  #listener: Listener | undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;

  constructor(http: Http, room: Room, cursors: Cursors, listener: Listener) {
    this.#listener = listener;
    this.#run(http, room, cursors).then(
      () => this.#end(new NetworkError('the stream ended')),
      (error: unknown) => this.#end(asError(error)),
    );
  }

  close(): void {
    this.#listener = undefined;
    clearTimeout(this.#silence);
    this.#abort.abort();
  }

  async #run(http: Http, room: Room, cursors: Cursors): Promise<void> {
    this.#wait();
    const headers: Record<string, string> = { Accept: 'text/event-stream' };
    if (cursors.known) headers['Last-Event-ID'] = cursors.eventId();
    const { signal } = this.#abort;
    const response = await http.response(pathOf(room), { headers, signal });
    const isStream = response.headers.get('Content-Type')?.startsWith('text/event-stream');
    if (!response.ok || !isStream || !response.body) {
      await bodyOf(response);
      throw new NetworkError('the service sent no stream');
    }
    await this.#read(response.body);
  }

  async #read(body: ReadableStream<Uint8Array>): Promise<void> {
    const stream = new EventStream();
    const reader = body.getReader();
    while (this.#listener) {
      const read = await broken(reader.read());
      if (read.done) return;
      this.#wait();
      for (const event of stream.take(read.value)) this.#take(event);
    }
  }

  #take({ name, data }: StreamEvent): void {
    const payload: unknown = JSON.parse(data);
    if (name === 'joined') {
      this.#listener?.joined(payload as Joined);
      return;
    }
    const message = messageOf(name, payload);
    if (message) this.#listener?.message(message);
  }

  #end(why: ExternalBuyError): void {
    const listener = this.#listener;
    this.close();
    listener?.ended(why);
  }

  #wait(): void {
    clearTimeout(this.#silence);
    const silent = (): void => this.#end(new NetworkError('the stream fell silent'));
    this.#silence = setTimeout(silent, SILENCE_MS);
  }
}

async function broken<Read>(reading: Promise<Read>): Promise<Read> {
  try {
    return await reading;
  } catch (error) {
    throw new NetworkError('the stream broke off', { cause: error });
  }
}

function pathOf(room: Room): string {
  const place = 'userId' in room ? `user/${encodeURIComponent(room.userId)}` : `job/${room.jobId}`;
  return `/api/external-buy/${place}/events`;
}
