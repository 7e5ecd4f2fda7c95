// Generated from the OpenAPI document by `just types`. Do not edit.

import type { ExternalBuyProgress, ExternalBuyResult, ExternalBuySignRequest } from './buys.js';

/** How many buys ended in the last 24 hours, and how. */
export interface Ended {
  completed: number;
  failed: number;
  cancelled: number;
}

/** A job as lists show it: the status route's view, and what was ordered. */
export interface JobItem {
  jobId: string;
  status: 'queued' | 'active' | 'completed' | 'failed' | 'cancelled';
  outcomeUnknown: boolean;
  progress: ExternalBuyProgress;
  result?: ExternalBuyResult;
  /** Present while the user's own wallet is asked to sign. */
  signRequest?: ExternalBuySignRequest;
  userId: string;
  tokenAddress: string;
  /** SOL. */
  buyAmount: number;
  lamports: string;
  /** The address that pays. */
  wallet: string;
  /** RFC 3339, ms, UTC; `updatedAt` alike. */
  createdAt: string;
  updatedAt: string;
  attempt: number;
  cancelPending: boolean;
  /** Whether no fork can take the landed transaction back. */
  finalized: boolean;
  platform?: string;
  /** Of the transaction that may still land, or that has landed. */
  signature?: string;
}

/** A page of jobs, newest first. */
export interface JobsData {
  jobs: JobItem[];
  /** Send it as `cursor` for the page after this one; absent on the last page. */
  nextCursor?: string;
  /** The page has all that happened up to these, by partition; a room joined with them has the rest. A partition that is missing was not read of. */
  cursors: Record<string, number>;
}

/** The jobs that somebody looked for. */
export interface JobsPage {
  success: true;
  data: JobsData;
}

/** The operator's overview. */
export interface Overview {
  success: true;
  data: OverviewData;
}

/** How the service stands, as far as the projection has read the log. */
export interface OverviewData {
  /** Buys that wait for a worker. */
  queued: number;
  /** Buys in flight. */
  active: number;
  /** Active ones whose transaction has neither landed nor been proven dead. */
  outcomeUnknown: number;
  /** Records of the log that cannot be read. */
  deadLetters: number;
  /** Events that the projection has still to read; absent while this replica does not know. */
  projectionLag?: number;
  /** Sockets and streams of this replica. */
  openSockets: number;
  lastDay: Ended;
  venues: VenueFigures[];
}

/** Every event of a job, the ignored ones too. */
export interface Timeline {
  success: true;
  data: TimelineData;
}

/** What happened to a job, in the order of the log. */
export interface TimelineData {
  jobId: string;
  events: TimelineEvent[];
  /** Send it as `after` for what follows; absent at the end. */
  nextCursor?: number;
}

/** An event of the log, and whether it counted. */
export interface TimelineEvent {
  partition: number;
  /** Its place in the partition; strictly grows within a job. */
  cursor: number;
  eventId: string;
  type: string;
  /** RFC 3339, ms, UTC. */
  occurredAt: string;
  /** Process and instance. */
  writer: string;
  /** The event that it answers. */
  causationId?: string;
  accepted: boolean;
  /** Why it did not count: it came too late, twice or out of place. */
  ignoredReason?: string;
  /** The event's own fields. Amounts are strings of digits, in lamports or base units. */
  data: Record<string, unknown>;
}

/** How buys of the last 24 hours ended at a venue. */
export interface VenueFigures {
  /** Empty for buys that ended before a venue was chosen. */
  platform: string;
  completed: number;
  failed: number;
}
