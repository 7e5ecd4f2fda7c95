import type { LiveMessage, Room } from '../live/messages.js';

/** What a fake connection asks its server. */
export interface Desk {
  /** Follow a room; answers the acknowledgement and what was missed. */
  join(payload: unknown, tell: (message: LiveMessage) => void): { ack: unknown; leave: () => void };
  opened(hangUp: () => void): () => void;
  isDown(): boolean;
  refusal(): unknown;
}

/** Make a WebSocket class whose sockets end at a desk instead of a network. */
export function fakeWebSocket(desk: Desk): typeof WebSocket {
  class FakeWebSocket {
    onmessage: ((event: { data: string }) => void) | null = null;
    onclose: (() => void) | null = null;
    onerror: (() => void) | null = null;
    #leave: (() => void) | undefined;
    #gone: (() => void) | undefined;
    #open = true;

    constructor() {
      if (desk.isDown()) {
        setTimeout(() => this.onclose?.());
        return;
      }
      this.#gone = desk.opened(() => this.#hangUp());
      this.#say('0{"sid":"fake","pingInterval":25000,"pingTimeout":20000}');
    }

    send(text: string): void {
      if (text.startsWith('40')) {
        const refusal = desk.refusal();
        this.#say(refusal ? `44${JSON.stringify({ message: 'refused', data: refusal })}` : '40{"sid":"fake"}');
      }
      const asked = /^42(\d+)(\[.*)$/s.exec(text);
      if (!asked) return;
      const [name, payload] = JSON.parse(asked[2]!) as [string, unknown];
      if (name !== 'join_room') return;
      const tell = (message: LiveMessage): void =>
        this.#say(`42${JSON.stringify([message.name, message.payload])}`);
      const { ack, leave } = desk.join(payload, tell);
      this.#leave = leave;
      this.#say(`43${asked[1]}${JSON.stringify([ack])}`);
    }

    close(): void {
      this.#open = false;
      this.#leave?.();
      this.#gone?.();
    }

    #say(data: string): void {
      queueMicrotask(() => {
        if (this.#open) this.onmessage?.({ data });
      });
    }

    #hangUp(): void {
      if (!this.#open) return;
      this.close();
      queueMicrotask(() => this.onclose?.());
    }
  }
  return FakeWebSocket as unknown as typeof WebSocket;
}

/** Whether a message concerns a room. */
export function concerns(room: Room, { payload }: LiveMessage): boolean {
  if ('jobId' in room) return payload.jobId === room.jobId;
  return payload.userId === room.userId;
}
