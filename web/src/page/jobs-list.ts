import type { BuyClient, JobsQuery } from '../client/client.js';
import { asError } from '../client/errors.js';
import { type Job, afterSnapshot } from '../store/job.js';
import { outcomeOf } from '../store/outcome.js';
import type { BuyStore } from '../store/store.js';
import { byId, draw, h } from './dom.js';
import { moment, shorten } from './words.js';

const PATIENCE_MS = 250;
const PAGE = 50;

/** What was looked for, and what was found; nothing looked for is what is live. */
interface Found {
  query: JobsQuery;
  jobs: Job[];
  next: string | undefined;
}

/** The list of a user's buys: live, and searched for where somebody searches. */
export class JobsList {
  readonly #client: BuyClient;
  readonly #store: BuyStore;
  #found: Found | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #turn = 0;

  constructor(client: BuyClient, store: BuyStore) {
    this.#client = client;
    this.#store = store;
    byId('search').addEventListener('input', () => this.#later());
    byId('status').addEventListener('change', () => void this.#search());
    byId('more').addEventListener('click', () => void this.#more());
  }

  show(selected: string | undefined): void {
    const jobs = this.#jobs();
    const region = byId('jobs');
    const empty = this.#found ? 'No buy matches.' : 'No buys yet. The first one shows up here, live.';
    if (jobs.length) draw(region, ...jobs.map((job) => row(job, job.jobId === selected)));
    else draw(region, h('li', { class: 'empty' }, empty));
    byId('more').hidden = !(this.#found ? this.#found.next : jobs.length >= PAGE);
  }

  #jobs(): readonly Job[] {
    const live = this.#store.getState().jobs;
    if (!this.#found) return live;
    return this.#found.jobs.map((job) => this.#store.job(job.jobId) ?? job);
  }

  #later(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#search(), PATIENCE_MS);
  }

  async #search(): Promise<void> {
    const search = byId<HTMLInputElement>('search').value.trim();
    const status = byId<HTMLSelectElement>('status').value as JobsQuery['status'] | '';
    if (!search && !status) this.#set(undefined, (this.#turn += 1));
    else await this.#ask({ userId: this.#store.userId, search, status: status || undefined }, []);
  }

  async #more(): Promise<void> {
    const { query, jobs, next } = this.#found ?? { query: { userId: this.#store.userId }, jobs: [], next: undefined };
    await this.#ask({ ...query, cursor: next }, jobs);
  }

  async #ask(query: JobsQuery, before: Job[]): Promise<void> {
    const turn = (this.#turn += 1);
    try {
      const page = await this.#client.list({ ...query, limit: before.length ? PAGE : 2 * PAGE });
      const jobs = [...before, ...page.jobs.map((item) => afterSnapshot(undefined, item))];
      this.#set({ query, jobs, next: page.nextCursor }, turn);
    } catch (thrown) {
      byId('list-error').textContent = asError(thrown).message;
    }
  }

  #set(found: Found | undefined, turn: number): void {
    if (turn !== this.#turn) return; // an older answer came later
    byId('list-error').textContent = '';
    this.#found = found;
    this.show(location.hash.slice('#/job/'.length));
  }
}

function row(job: Job, isSelected: boolean): HTMLElement {
  const outcome = outcomeOf(job.progress, job.result);
  const current = isSelected ? 'true' : undefined;
  return h('li', {}, h(
    'a', { id: `row-${job.jobId}`, class: 'job', href: `#/job/${job.jobId}`, 'aria-current': current },
    h('span', { class: 'dot', 'data-outcome': outcome, 'aria-hidden': 'true' }),
    h('span', { class: 'job-main' },
      h('strong', {}, `${job.buyAmount} SOL`),
      h('span', { class: 'quiet' }, `→ ${shorten(job.tokenAddress)}`)),
    h('span', { class: 'job-side' },
      h('span', { class: 'outcome', 'data-outcome': outcome },
        outcome === 'active' ? `${job.progress.progress}%` : outcome),
      h('time', { class: 'quiet', datetime: job.createdAt }, moment(job.createdAt))),
  ));
}
