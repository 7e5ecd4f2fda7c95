import { newId } from '../client/ids.js';

/** A request as the fake has received it. */
export interface Received {
  method: string;
  path: string;
  body: unknown;
  headers: Headers;
}

export type Respond = (received: Received) => Promise<Response> | Response;

/** Answer JSON as the service does. */
export function answer(status: number, body: unknown): Response {
  const headers = { 'Content-Type': 'application/json', 'X-Request-Id': newId() };
  return new Response(JSON.stringify(body), { status, headers });
}

/** Answer a refusal as the service does. */
export function refuse(status: number, code: string, error: string, more: object = {}): Response {
  return answer(status, { success: false, error, code, retryable: status === 503, ...more });
}
