import type { Submitted } from '../client/submitting.js';
import type { ExternalBuyProgress, ExternalBuyResult, JobView } from '../generated/buys.js';
import type { JobItem } from '../generated/record.js';
import type { JobCreated, LiveMessage } from '../live/messages.js';
import { lastPlace, placeOf } from '../live/place.js';
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

/** Whether a wallet is asked to sign what this client does not know. */
export function lacksRequest(job: Job): boolean {
  const { signRequestId } = job.progress.details;
  return signRequestId !== undefined && job.signRequest?.requestId !== signRequestId;
}

/**
 * Answer a job as a message leaves it: as it was, if the message is older. Undefined for a result
 * or a request to sign of a job that is not known. Pure.
 */
export function afterMessage(job: Job | undefined, message: LiveMessage): Job | undefined {
  const place = placeOf(message);
  const isOld = job && place !== undefined && place <= lastPlace(job);
  if (isOld && message.name !== 'external_buy_job_created') return job;
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
  if (job && lastPlace(seen) <= lastPlace(job)) return { ...job, ...known };
  const { userId, tokenAddress, buyAmount } = progress;
  const fresh: Job = {
    ...(job?.createdAt ? { createdAt: job.createdAt } : {}),
    ...known,
    ...{ jobId: seen.jobId, userId, tokenAddress, buyAmount },
    ...{ status: seen.status, outcomeUnknown: seen.outcomeUnknown, progress },
  };
  if (seen.signRequest) fresh.signRequest = seen.signRequest;
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
  // An end stays `active` until its result says which end it is, and ended until one corrects it.
  const status = job?.result ? job.status : 'active';
  return { ...rest, status, outcomeUnknown, progress } as Job;
}

function ended(job: Job, result: ExternalBuyResult): Job {
  const { signRequest: _answered, ...rest } = job;
  return { ...rest, status: result.status, outcomeUnknown: false, result };
}
