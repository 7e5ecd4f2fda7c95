import type { BuyClient } from '../client/client.js';
import { asError } from '../client/errors.js';
import { type Job, afterSnapshot, isOpen } from '../store/job.js';
import type { BuyStore } from '../store/store.js';
import { byId, draw, h } from './dom.js';
import { ownWallet } from './own-wallet.js';
import { JobTimeline } from './timeline.js';
import { tracker } from './tracker.js';
import { seconds, shorten, units } from './words.js';

/** One buy: its tracker, figures and timeline, and the button that cancels it. */
export class JobDetail {
  readonly #client: BuyClient;
  readonly #store: BuyStore;
  readonly #timeline: JobTimeline;
  #jobId: string | undefined;
  #past: Job | undefined;
  #note = '';

  constructor(client: BuyClient, store: BuyStore) {
    this.#client = client;
    this.#store = store;
    this.#timeline = new JobTimeline(client);
  }

  show(jobId: string | undefined): void {
    byId('detail').hidden = !jobId;
    byId('hint').hidden = !!jobId;
    if (jobId !== this.#jobId) this.#open(jobId);
    if (!jobId) return;
    const job = this.#store.job(jobId) ?? this.#past;
    if (!job) return;
    draw(byId('job'), tracker(job), this.#actions(job), facts(job));
    this.#timeline.follow(job);
  }

  #open(jobId: string | undefined): void {
    this.#jobId = jobId;
    this.#past = undefined;
    this.#note = '';
    this.#timeline.open(jobId);
    draw(byId('job'), h('p', { class: 'quiet' }, 'Loading…'));
    if (jobId && !this.#store.job(jobId)) void this.#load(jobId);
  }

  async #load(jobId: string): Promise<void> {
    try {
      this.#past = afterSnapshot(undefined, await this.#client.status(jobId));
      this.show(this.#jobId);
    } catch (thrown) {
      if (!this.#store.job(jobId)) draw(byId('job'), h('p', { class: 'error' }, asError(thrown).message));
    }
  }

  #actions(job: Job): HTMLElement {
    const cancel = h(
      'button', { id: 'cancel', type: 'button', class: 'plain', onclick: () => void this.#cancel(job.jobId) },
      'Cancel this buy',
    );
    const sign = h(
      'button', { id: 'sign', type: 'button', class: 'primary', onclick: () => void this.#sign(job.jobId) },
      ownWallet.address ? 'Sign with my wallet' : 'Connect your wallet to sign',
    );
    sign.disabled = !ownWallet.address;
    const note = this.#note && h('p', { class: 'quiet', role: 'status' }, this.#note);
    return h('div', { class: 'actions' }, job.signRequest && sign, isOpen(job) && cancel, note);
  }

  async #sign(jobId: string): Promise<void> {
    await this.#store.sign(jobId).catch((thrown: unknown) => (this.#note = asError(thrown).message));
    this.show(this.#jobId);
  }

  async #cancel(jobId: string): Promise<void> {
    try {
      this.#note = (await this.#store.cancel(jobId)).message;
    } catch (thrown) {
      this.#note = asError(thrown).message;
    }
    this.show(this.#jobId);
  }
}

function facts(job: Job): HTMLElement {
  const { result, progress } = job;
  const { details } = progress;
  const signature = result?.transactionSignature || details.transactionSignature;
  const spent = result && result.actualSolSpent > 0 ? `${units(result.lamportsSpent, 9)} SOL` : undefined;
  const got = result?.success ? units(result.tokensReceived, result.tokenDecimals ?? 0) : undefined;
  const rows: [string, string | undefined, (string | undefined)?][] = [
    ['Amount', `${job.buyAmount} SOL`],
    ['Token', shorten(job.tokenAddress, 8), job.tokenAddress],
    ['Spent', spent],
    ['Received', got],
    ['Venue', result?.platform || details.platform],
    ['Attempt', details.attempt ? String(details.attempt) : undefined],
    ['Duration', result ? seconds(result.duration) : undefined],
    ['Transaction', signature ? shorten(signature, 8) : undefined, signature],
    ['Error code', result?.code ?? details.code],
    ['Job', shorten(job.jobId, 8), job.jobId],
  ];
  const shown = rows.filter(([, value]) => value);
  return h('dl', { class: 'facts' }, ...shown.map(([name, value, whole]) =>
    h('div', {}, h('dt', {}, name), h('dd', {}, whole ? copyable(name, value!, whole) : value))));
}

function copyable(name: string, text: string, whole: string): HTMLElement {
  const copy = (event: Event): void => {
    void navigator.clipboard?.writeText(whole).then(() => {
      (event.target as HTMLElement).dataset['copied'] = 'true';
    });
  };
  const id = `copy-${name}`;
  return h('button', { id, type: 'button', class: 'copy', title: whole, 'aria-label': `${text}, copy ${name.toLowerCase()}`, onclick: copy }, text);
}
