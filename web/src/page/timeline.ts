import type { BuyClient } from '../client/client.js';
import { asError } from '../client/errors.js';
import type { TimelineEvent } from '../generated/record.js';
import type { Job } from '../store/job.js';
import { byId, draw, h } from './dom.js';
import { clock, eventName, eventText } from './words.js';

/** The record is read a moment after what is live. */
const WAITS_MS = [250, 1_500, 5_000];

/** Every event of one buy, also those that did not count, and why. */
export class JobTimeline {
  readonly #client: BuyClient;
  #jobId: string | undefined;
  #events: TimelineEvent[] = [];
  #seen = '';
  #timers: ReturnType<typeof setTimeout>[] = [];

  constructor(client: BuyClient) {
    this.#client = client;
  }

  open(jobId: string | undefined): void {
    this.#jobId = jobId;
    this.#events = [];
    this.#seen = '';
    this.#timers.forEach(clearTimeout);
    draw(byId('events'));
    if (jobId) void this.#load();
  }

  /** Read on when the job has changed. */
  follow(job: Job): void {
    const seen = `${job.progress.cursor}/${job.status}`;
    if (seen === this.#seen) return;
    this.#seen = seen;
    this.#timers.forEach(clearTimeout);
    this.#timers = WAITS_MS.map((ms) => setTimeout(() => void this.#load(), ms));
  }

  async #load(): Promise<void> {
    const jobId = this.#jobId;
    if (!jobId) return;
    const after = this.#events.at(-1)?.cursor;
    try {
      const { events } = await this.#client.timeline(jobId, after);
      // Two readings may have been under way at once.
      if (jobId !== this.#jobId || after !== this.#events.at(-1)?.cursor) return;
      byId('timeline-error').textContent = '';
      if (!events.length) return;
      this.#events.push(...events);
      draw(byId('events'), ...this.#events.map(item));
      if (events.length >= 500) void this.#load();
    } catch (thrown) {
      if (jobId === this.#jobId) byId('timeline-error').textContent = asError(thrown).message;
    }
  }
}

function item(event: TimelineEvent): HTMLElement {
  const { accepted, type, data } = event;
  const text = eventText(type, data);
  return h(
    'li', { class: accepted ? 'event' : 'event ignored' },
    h('time', { class: 'quiet', datetime: event.occurredAt }, clock(event.occurredAt)),
    h('div', { class: 'event-main' },
      h('p', {}, h('strong', {}, eventName(type)), text && h('span', { class: 'quiet' }, ` ${text}`)),
      !accepted && h('p', { class: 'why' }, `Ignored: ${event.ignoredReason ?? 'no reason given'}`),
      h('details', { id: `event-${event.cursor}` },
        h('summary', {}, `${type}, cursor ${event.partition}:${event.cursor}`),
        h('dl', { class: 'raw' }, ...Object.entries({ writer: event.writer, ...data }).map(([name, value]) =>
          h('div', {}, h('dt', {}, name), h('dd', {}, typeof value === 'string' ? value : JSON.stringify(value))))))),
  );
}
