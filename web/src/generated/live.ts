// Generated from the OpenAPI document by `just types`. Do not edit.

/** Events as text: `event: …`, `id: …`, `data: …`, and an empty line. */
export type EventStream = string;

/** The payload of `external_buy_job_created`, and `data` of the start route's answer. */
export interface JobCreated {
  userId: string;
  tokenAddress: string;
  buyAmount: number;
  status: 'queued' | 'active' | 'completed' | 'failed' | 'cancelled';
  /** RFC 3339, ms, UTC. */
  createdAt: string;
  jobId?: string;
  partition?: number;
  cursor?: number;
}
