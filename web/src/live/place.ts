import type { ExternalBuyProgress } from '../generated/buys.js';
import { type LiveMessage, isEnd } from './messages.js';

const FIRST = -Infinity;

/**
 * Where a message stands among those of its buy; undefined where it has no cursor.
 *
 * An event makes one message, at its own cursor, or two. The first of two has the cursor before, so
 * that a client that is cut between them gets both again: it stands half behind that.
 */
export function placeOf(message: LiveMessage): number | undefined {
  if (message.name === 'external_buy_progress') return placeOfProgress(message.payload);
  return message.payload.cursor;
}

/** Where a buy stands whose parts these are: at the last of them. */
export function lastPlace(of: {
  progress: ExternalBuyProgress;
  result?: { cursor?: number } | undefined;
  signRequest?: { cursor?: number } | undefined;
}): number {
  const { progress, result, signRequest } = of;
  const places = [placeOfProgress(progress), result?.cursor, signRequest?.cursor];
  return Math.max(...places.map((place) => place ?? FIRST));
}

function placeOfProgress(progress: ExternalBuyProgress): number | undefined {
  if (progress.cursor === undefined) return undefined;
  const isFirst = isEnd(progress) || progress.details.signRequestId !== undefined;
  return progress.cursor + (isFirst ? 0.5 : 0);
}
