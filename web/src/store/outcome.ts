import type { ExternalBuyProgress, ExternalBuyResult } from '../generated/buys.js';

/** How a buy stands, for people. */
export type Outcome = 'queued' | 'active' | 'unknown' | 'completed' | 'failed' | 'cancelled';

/** Answer how a buy stands by its last progress, and its result where there is one. */
export function outcomeOf(progress: ExternalBuyProgress, result?: ExternalBuyResult | null): Outcome {
  if (result) return result.status === 'cancelled' ? 'cancelled' : result.success ? 'completed' : 'failed';
  if (progress.status === 'completed') return 'completed';
  if (progress.status === 'failed') {
    // A cancelled buy ends with no code of a failure.
    return progress.details.error === 'Cancelled' && !progress.details.code ? 'cancelled' : 'failed';
  }
  if (progress.outcomeUnknown) return 'unknown';
  return progress.phase === 0 ? 'queued' : 'active';
}

/** Answer the one sentence that says what is happening. */
export function sentenceOf(progress: ExternalBuyProgress, result?: ExternalBuyResult | null): string {
  const { details } = progress;
  switch (outcomeOf(progress, result)) {
    case 'completed':
      return `Bought for ${details.actualSolSpent ?? result?.actualSolSpent ?? progress.buyAmount} SOL.`;
    case 'cancelled':
      return 'Cancelled. Nothing was bought.';
    case 'failed':
      return result?.error ?? details.error ?? 'The buy failed.';
    case 'unknown':
      return 'Outcome unknown: the transaction may have landed. The chain is being asked; do not buy again yet.';
    default:
      return details.currentOperation ?? progress.phaseDescription;
  }
}
