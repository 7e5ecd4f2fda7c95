import type { Job } from '../store/job.js';
import { type Outcome, outcomeOf, sentenceOf } from '../store/outcome.js';
import { h } from './dom.js';

const PHASES = ['Started', 'Wallet', 'Purchase', 'Completed'];
const TITLES: Partial<Record<Outcome, string>> = {
  unknown: 'Outcome unknown', cancelled: 'Cancelled', failed: 'Buy failed',
};

/** The tracker's markup, as the React component has it, for the same theme. */
export function tracker(job: Job): HTMLElement {
  const { progress, result } = job;
  const outcome = outcomeOf(progress, result);
  const title = TITLES[outcome] ?? progress.phaseTitle;
  const fill = h('div', { 'data-ebq': 'fill' });
  fill.style.setProperty('inline-size', `${progress.progress}%`);
  const bar = {
    'data-ebq': 'bar', role: 'progressbar', 'aria-label': 'Progress of the buy',
    'aria-valuemin': 0, 'aria-valuemax': 100, 'aria-valuenow': progress.progress,
    'aria-valuetext': `${progress.progress}%, ${title}`,
  };
  return h(
    'section', { 'data-ebq': 'tracker', 'data-outcome': outcome, 'aria-label': 'Progress' },
    h('header', { 'data-ebq': 'head' },
      h('strong', { 'data-ebq': 'title' }, title),
      h('span', { 'data-ebq': 'percent' }, `${progress.progress}%`)),
    h('div', bar, fill),
    h('ol', { 'data-ebq': 'phases' }, ...PHASES.map((name, index) => {
      const done = index + 1 < progress.phase || outcome === 'completed';
      const state = done ? 'done' : index + 1 === progress.phase ? 'now' : 'ahead';
      return h('li', { 'data-state': state }, name);
    })),
    h('p', { 'data-ebq': 'sentence' }, sentenceOf(progress, result)),
  );
}
