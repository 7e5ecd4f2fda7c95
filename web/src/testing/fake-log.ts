import type { ExternalBuyProgress, ExternalBuyResult, JobView } from '../generated/buys.js';
import type { CursorVector, LiveMessage } from '../live/messages.js';
import { afterMessage, type Job, queued } from '../store/job.js';

/** Two, so that a client which keeps one cursor for all fails its tests. */
export const PARTITIONS = 2;

const PHASES = ['Buy Operation Started', 'Preparing Wallet', 'Executing Purchase', 'Operation Completed'];
const PERCENT = [10, 35, 70, 100];

/** What the service has read of its log. */
export interface FakeRecord {
  readonly jobs: ReadonlyMap<string, Job>;
  readonly cursors: CursorVector;
}

/** The messages of every buy, with cursors as the service gives them. */
export class FakeLog {
  readonly messages: LiveMessage[] = [];
  readonly jobs = new Map<string, Job>();
  readonly #offsets = new Map<LiveMessage, number>();
  readonly #ends: number[] = Array<number>(PARTITIONS).fill(0);
  #held: FakeRecord | undefined;

  /** What lists and statuses are read from. */
  get record(): FakeRecord {
    return this.#held ?? { jobs: this.jobs, cursors: this.vector() };
  }

  /** Keep the record as it is, or let it have all again. */
  hold(held: boolean): void {
    this.#held = held ? { jobs: new Map(this.jobs), cursors: this.vector() } : undefined;
  }

  vector(): CursorVector {
    return Object.fromEntries(this.#ends.map((end, partition) => [partition, end - 1]));
  }

  /** Append one event, which may make more than one message; answers them. */
  append(jobId: string, ...made: LiveMessage[]): LiveMessage[] {
    const partition = this.partition(jobId);
    const offset = this.#ends[partition]!++;
    const last = made.length - 1;
    // As the service does: of the two messages of an end the first counts as not the last.
    const placed = made.map((message, index) => {
      const cursor = index < last ? offset - 1 : offset;
      return { ...message, payload: { ...message.payload, partition, cursor } } as LiveMessage;
    });
    for (const message of placed) {
      const job = afterMessage(this.jobs.get(jobId), message);
      if (job) this.jobs.set(jobId, job);
    }
    for (const message of placed) this.#offsets.set(message, offset);
    this.messages.push(...placed);
    return placed;
  }

  /** Answer the messages of all events behind these cursors. */
  after(cursors: CursorVector): LiveMessage[] {
    const known = (jobId: string): number => cursors[this.partition(jobId)] ?? -1;
    return this.messages.filter((one) => this.#offsets.get(one)! > known(one.payload.jobId));
  }

  partition(jobId: string): number {
    return jobId.charCodeAt(jobId.length - 1) % PARTITIONS;
  }

  view(jobId: string): JobView | undefined {
    const known = this.jobs.get(jobId);
    if (!known) return undefined;
    // The service answers for what its record has not read of: it knows the order.
    const job = this.record.jobs.get(jobId) ?? queued({ ...known, status: 'queued', createdAt: '' });
    const { status, outcomeUnknown, progress, result, signRequest } = job;
    const view = { jobId, status, outcomeUnknown, progress };
    return { ...view, ...(result ? { result } : {}), ...(signRequest ? { signRequest } : {}) };
  }
}

/** A progress of a job in one of its four phases. */
export function progressOf(
  job: Job, phase: number, changed: Partial<ExternalBuyProgress> = {},
): ExternalBuyProgress {
  return {
    ...job.progress,
    phase,
    phaseTitle: PHASES[phase - 1] ?? 'Queued',
    phaseDescription: PHASES[phase - 1] ?? 'Waiting for a worker',
    progress: PERCENT[phase - 1] ?? 0,
    status: phase === 1 ? 'started' : 'in_progress',
    details: {},
    ...changed,
  };
}

/** The result of a job that ended so. */
export function resultOf(job: Job, changed: Partial<ExternalBuyResult>): ExternalBuyResult {
  const { jobId, userId, tokenAddress, buyAmount } = job;
  return {
    ...{ jobId, userId, tokenAddress, buyAmount },
    success: false,
    status: 'failed',
    actualSolSpent: 0,
    lamportsSpent: '0',
    tokensReceived: '0',
    transactionSignature: '',
    platform: '',
    completedAt: Date.now(),
    duration: 0,
    ...changed,
  };
}
