import type { ReactNode } from 'react';
import type { ExternalBuyProgress, ExternalBuyResult } from '../generated/buys.js';
import { type Outcome, outcomeOf, sentenceOf } from '../store/outcome.js';

const PHASES = ['Started', 'Wallet', 'Purchase', 'Completed'];
const TITLES: Partial<Record<Outcome, string>> = {
  unknown: 'Outcome unknown',
  cancelled: 'Cancelled',
  failed: 'Buy failed',
};

export interface TrackerProps {
  progress: ExternalBuyProgress;
  /** Tells the end more exactly, where it is at hand. */
  result?: ExternalBuyResult | null;
  /** Where a transaction can be looked up; null for no link. */
  explorer?: ((signature: string) => string) | null;
  className?: string;
}

/** The explorer that links lead to unless another is given. */
export function solanaExplorer(signature: string): string {
  return `https://explorer.solana.com/tx/${signature}`;
}

/** Shows a buy. Plain markup with `data-ebq` names; `theme.css` is a look for it. */
export function ExternalBuyProgressTracker(props: TrackerProps): ReactNode {
  const { progress, result } = props;
  const explorer = props.explorer === undefined ? solanaExplorer : props.explorer;
  const outcome = outcomeOf(progress, result);
  const title = TITLES[outcome] ?? progress.phaseTitle;
  const sentence = sentenceOf(progress, result);
  const signature = progress.details.transactionSignature || result?.transactionSignature;
  return (
    <section
      data-ebq="tracker" data-outcome={outcome} className={props.className}
      aria-label={`Buy of ${progress.buyAmount} SOL`}
    >
      <header data-ebq="head">
        <strong data-ebq="title">{title}</strong>
        <span data-ebq="percent">{progress.progress}%</span>
      </header>
      <div
        data-ebq="bar" role="progressbar" aria-label="Progress of the buy"
        aria-valuemin={0} aria-valuemax={100} aria-valuenow={progress.progress}
        aria-valuetext={`${progress.progress}%, ${title}`}
      >
        <div data-ebq="fill" style={{ inlineSize: `${progress.progress}%` }} />
      </div>
      <ol data-ebq="phases">
        {PHASES.map((name, index) => (
          <li key={name} data-state={stateOf(index + 1, progress, outcome)}
            aria-current={index + 1 === progress.phase ? 'step' : undefined}>
            {name}
          </li>
        ))}
      </ol>
      <p data-ebq="sentence" role="status" aria-live="polite">{sentence}</p>
      {signature ? (
        <p data-ebq="signature">
          <span>Transaction </span>
          {explorer ? (
            <a href={explorer(signature)} target="_blank" rel="noreferrer noopener" title={signature}>
              {short(signature)}
            </a>
          ) : (
            <code title={signature}>{short(signature)}</code>
          )}
        </p>
      ) : null}
    </section>
  );
}

function stateOf(phase: number, progress: ExternalBuyProgress, outcome: Outcome): string {
  if (phase < progress.phase || outcome === 'completed') return 'done';
  return phase === progress.phase ? 'now' : 'ahead';
}

function short(signature: string): string {
  return signature.length > 20 ? `${signature.slice(0, 8)}…${signature.slice(-8)}` : signature;
}
