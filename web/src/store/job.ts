import type { Submitted } from '../client/submitting.js';
import type { ExternalBuyProgress, ExternalBuyResult, JobView } from '../generated/buys.js';
import type { JobItem } from '../generated/record.js';
import type { JobCreated, LiveMessage } from '../live/messages.js';
import type { SignRequest } from '../wallet/sign-request.js';

/** A buy as far as this client knows. */
export interface Job {
  jobId: string;
  userId: string;
  tokenAddress: string;
  /** SOL. */
  buyAmount: number;
  status: JobView['status'];
  /** A transaction may have landed and nothing is proven yet. */
  outcomeUnknown: boolean;
  /** RFC 3339; undefined where only later messages were heard. */
  createdAt?: string;
  progress: ExternalBuyProgress;
  result?: ExternalBuyResult;
  /** Waits for the user's wallet. */
  signRequest?: SignRequest;
}

/** Whether a buy can still change. */
export function isOpen(job: Job): boolean {
  return job.result === undefined;
}

/** Answer a job as a message leaves it. Pure; messages come in order. */
export function afterMessage(job: Job | undefined, message: LiveMessage): Job | undefined {
  switch (message.name) {
    case 'external_buy_job_created':
      return job ? { ...job, createdAt: message.payload.createdAt } : queued(message.payload);
    case 'external_buy_progress':
      return afterProgress(job, message.payload);
    case 'external_buy_result':
      return job && ended(job, message.payload);
    case 'external_buy_sign_request':
      return job && { ...job, signRequest: message.payload };
  }
}

/** Answer a job as the service's snapshot leaves it, which may be older than what was heard. */
export function afterSnapshot(job: Job | undefined, seen: JobView | JobItem): Job {
  const { progress, result } = seen;
  const known = 'createdAt' in seen ? { createdAt: seen.createdAt } : {};
  if (job && !isNewer(seen, job)) {
    // Cut between the two messages of one request, a client has the first of them alone.
    const same = seen.signRequest?.requestId === job.progress.details.signRequestId;
    return { ...job, ...known, ...(seen.signRequest && same ? { signRequest: seen.signRequest } : {}) };
  }
  const { userId, tokenAddress, buyAmount } = progress;
  const fresh: Job = {
    ...(job?.createdAt ? { createdAt: job.createdAt } : {}),
    ...known,
    ...{ jobId: seen.jobId, userId, tokenAddress, buyAmount },
    ...{ status: seen.status, outcomeUnknown: seen.outcomeUnknown, progress },
  };
  const request = seen.signRequest ?? stillAsked(job, progress);
  if (request) fresh.signRequest = request;
  return result ? { ...fresh, result } : fresh;
}

/** Answer the job that a submission made. */
export function queued(created: Submitted | JobCreated): Job {
  const { jobId, userId, tokenAddress, buyAmount, createdAt } = created;
  const order = { jobId, userId, tokenAddress, buyAmount };
  const progress: ExternalBuyProgress = {
    ...order,
    phase: 0,
    totalPhases: 4,
    phaseTitle: 'Queued',
    phaseDescription: 'Waiting for a worker',
    progress: 0,
    status: 'started',
    details: {},
    outcomeUnknown: false,
  };
  return { ...order, status: 'queued', outcomeUnknown: false, createdAt, progress };
}

function afterProgress(job: Job | undefined, progress: ExternalBuyProgress): Job {
  const { jobId, userId, tokenAddress, buyAmount, outcomeUnknown } = progress;
  const { signRequest: _answered, ...rest } = job ?? { jobId, userId, tokenAddress, buyAmount };
  // An end stays `active` until its result says which end it is.
  return { ...rest, status: 'active', outcomeUnknown, progress } as Job;
}

function ended(job: Job, result: ExternalBuyResult): Job {
  const { signRequest: _answered, ...rest } = job;
  return { ...rest, status: result.status, outcomeUnknown: false, result };
}

/** What was heard stays until the service has gone on from it. */
function stillAsked(job: Job | undefined, { cursor = -1 }: ExternalBuyProgress): SignRequest | undefined {
  return (job?.signRequest?.cursor ?? -1) >= cursor ? job?.signRequest : undefined;
}

function isNewer(seen: JobView, job: Job): boolean {
  if (job.result) return false;
  if (seen.result) return true;
  const [theirs, ours] = [seen.progress, job.progress];
  if (theirs.cursor !== undefined && ours.cursor !== undefined) return theirs.cursor > ours.cursor;
  return theirs.phase > ours.phase || (theirs.phase === ours.phase && ours.cursor === undefined);
}
