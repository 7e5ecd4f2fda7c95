/**
 * The frames of Engine.IO 4 and Socket.IO 5 over one WebSocket, in the default namespace:
 * github.com/socketio/socket.io-protocol. Binary events are not used by this service.
 */
export type Frame =
  | { type: 'open'; patienceMs: number }
  | { type: 'ping' | 'close' | 'disconnected' | 'connected' | 'unknown' }
  | { type: 'refused'; data: unknown; message: string }
  | { type: 'event'; name: unknown; payload: unknown }
  | { type: 'ack'; id: number; payload: unknown };

export const PONG = '3';

/** Connect to the namespace, with a credential if there is one, in order to join a room. */
export function connect(token: string | undefined): string {
  return `40${JSON.stringify({ joins: true, token })}`;
}

/** An event that asks to be acknowledged. */
export function ask(id: number, name: string, payload: unknown): string {
  return `42${id}${JSON.stringify([name, payload])}`;
}

/** Read a frame; throws SyntaxError if its JSON is none. */
export function frameOf(text: string): Frame {
  if (text.startsWith('0')) return opened(JSON.parse(text.slice(1)) as Handshake);
  if (text === '1') return { type: 'close' };
  if (text.startsWith('2')) return { type: 'ping' };
  if (text.startsWith('40')) return { type: 'connected' };
  if (text.startsWith('41')) return { type: 'disconnected' };
  if (text.startsWith('44')) return refused(text.slice(2));
  const numbered = /^4([23])(\d*)(\[.*)$/s.exec(text);
  if (!numbered) return { type: 'unknown' };
  const [, kind, id, json] = numbered;
  const [first, second] = JSON.parse(json!) as unknown[];
  if (kind === '2') return { type: 'event', name: first, payload: second };
  return { type: 'ack', id: Number(id), payload: first };
}

interface Handshake {
  pingInterval: number;
  pingTimeout: number;
}

function opened({ pingInterval, pingTimeout }: Handshake): Frame {
  return { type: 'open', patienceMs: pingInterval + pingTimeout };
}

function refused(json: string): Frame {
  const body = (json ? JSON.parse(json) : {}) as { message?: unknown; data?: unknown };
  return { type: 'refused', data: body.data, message: String(body.message ?? 'refused') };
}
