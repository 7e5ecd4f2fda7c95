// @vitest-environment jsdom
import { cleanup, render, screen } from '@testing-library/react';
import axe from 'axe-core';
import { afterEach, expect, test } from 'vitest';
import type { ExternalBuyProgress } from '../src/generated/buys.js';
import { ExternalBuyProgressTracker } from '../src/react/index.js';

afterEach(cleanup);

const SIGNATURE = '4'.repeat(88);

function progress(changed: Partial<ExternalBuyProgress> = {}): ExternalBuyProgress {
  return {
    jobId: 'a', tokenAddress: 'So1', userId: 'user123', phase: 3, totalPhases: 4, buyAmount: 0.1,
    phaseTitle: 'Executing Purchase', phaseDescription: 'Executing buy transaction on platform',
    progress: 70, status: 'in_progress', details: {}, outcomeUnknown: false, ...changed,
  };
}

const STATES: [string, Partial<ExternalBuyProgress>, string, RegExp][] = [
  ['queued', { phase: 0, progress: 0, phaseTitle: 'Queued', phaseDescription: 'Waiting for a worker' }, 'Queued', /Waiting/],
  ['active', { details: { currentOperation: 'Asking for a quote' } }, 'Executing Purchase', /quote/],
  ['unknown', { outcomeUnknown: true, details: { transactionSignature: SIGNATURE } }, 'Outcome unknown', /may have landed.*do not buy again/],
  ['completed', { phase: 4, progress: 100, phaseTitle: 'Operation Completed', status: 'completed', details: { actualSolSpent: '0.102', transactionSignature: SIGNATURE } }, 'Operation Completed', /0\.102 SOL/],
  ['failed', { status: 'failed', details: { error: 'Insufficient balance', code: 'insufficient_balance' } }, 'Buy failed', /Insufficient balance/],
  ['cancelled', { status: 'failed', details: { error: 'Cancelled' } }, 'Cancelled', /Nothing was bought/],
];

for (const [outcome, changed, title, sentence] of STATES) {
  test(`shows a buy that is ${outcome}, for eyes and for screen readers`, async () => {
    const { container } = render(<main><ExternalBuyProgressTracker progress={progress(changed)} /></main>);
    expect(container.querySelector('[data-ebq=tracker]')?.getAttribute('data-outcome')).toBe(outcome);
    expect(screen.getByText(title).tagName).toBe('STRONG');
    expect(screen.getByRole('status').textContent).toMatch(sentence);
    const bar = screen.getByRole('progressbar');
    expect(bar.getAttribute('aria-valuenow')).toBe(String(progress(changed).progress));
    const link = screen.queryByRole<HTMLAnchorElement>('link');
    expect(link?.href).toBe(changed.details?.transactionSignature && `https://explorer.solana.com/tx/${SIGNATURE}`);
    const found = await axe.run(container, {
      // Colours are checked in a real browser.
      rules: { region: { enabled: false }, 'color-contrast': { enabled: false } },
    });
    expect(found.violations.map(({ id }) => id)).toEqual([]);
  });
}
