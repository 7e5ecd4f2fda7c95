import type { ExternalBuyProgress, ExternalBuyResult } from '../generated/buys.js';
import type { JobCreated as Created } from '../generated/live.js';
import type { SignRequest } from '../wallet/sign-request.js';

/** A job that is in the log. */
export type JobCreated = Created & { jobId: string };

/** What is told live, by its name: the same over sockets and server-sent events. */
export interface LivePayloads {
  external_buy_job_created: JobCreated;
  external_buy_progress: ExternalBuyProgress;
  external_buy_result: ExternalBuyResult;
  external_buy_sign_request: SignRequest;
}

export type LiveName = keyof LivePayloads;

export type LiveMessage = {
  [Name in LiveName]: { name: Name; payload: LivePayloads[Name] };
}[LiveName];

/** A user's buys, or one buy. */
export type Room = { userId: string } | { jobId: string };

/** For each partition of the log the last cursor that was had. */
export type CursorVector = Record<string, number>;

/** The service's word that all up to these cursors has been told. */
export interface Joined {
  success: true;
  room: string;
  cursors: CursorVector;
}

const NAMES: Record<LiveName, true> = {
  external_buy_job_created: true,
  external_buy_progress: true,
  external_buy_result: true,
  external_buy_sign_request: true,
};

/** Answer a message, or undefined for what this version does not know. */
export function messageOf(name: unknown, payload: unknown): LiveMessage | undefined {
  if (typeof name !== 'string' || !Object.hasOwn(NAMES, name)) return undefined;
  if (typeof (payload as { jobId?: unknown } | null)?.jobId !== 'string') return undefined;
  return { name, payload } as LiveMessage;
}

/** Whether a progress says that its buy has ended. */
export function isEnd(progress: ExternalBuyProgress): boolean {
  return progress.status === 'completed' || progress.status === 'failed';
}
