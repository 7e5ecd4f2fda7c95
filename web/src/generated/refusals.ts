// Generated from the OpenAPI document by `just types`. Do not edit.

/** A user's limit stands in the way. */
export interface Capped {
  success: false;
  /** For people. */
  error: string;
  /** For programs, and part of the contract. */
  code: string;
  /** The field or header that is at fault. */
  field?: string;
  /** Whether sending the very same request again is safe and may help. */
  retryable: boolean;
  /** The cause; only where debug routes are on. */
  details?: string;
  /** With `too_many_open_jobs`: how many buys may be open. */
  limit?: number;
  /** With `spend_cap_reached`: what a user may spend in a UTC day. */
  capLamports?: string;
  /** With `spend_cap_reached`: what is left of it. */
  leftLamports?: string;
}

/** Nothing waits for this answer; it changed nothing, and a signature in it is not sent. */
export interface NoSignRequest {
  success: false;
  /** For people. */
  error: string;
  /** For programs, and part of the contract. */
  code: string;
  /** The field or header that is at fault. */
  field?: string;
  /** Whether sending the very same request again is safe and may help. */
  retryable: boolean;
  /** The cause; only where debug routes are on. */
  details?: string;
  jobId: string;
}

/** The one shape of what is not an answer. Nothing was queued unless the text says so. */
export interface Refusal {
  success: false;
  /** For people. */
  error: string;
  /** For programs, and part of the contract. */
  code: string;
  /** The field or header that is at fault. */
  field?: string;
  /** Whether sending the very same request again is safe and may help. */
  retryable: boolean;
  /** The cause; only where debug routes are on. */
  details?: string;
}

/** The buy can no longer be cancelled: its transaction is signed, or it has ended. */
export interface TooLate {
  success: false;
  /** For people. */
  error: string;
  /** For programs, and part of the contract. */
  code: string;
  /** The field or header that is at fault. */
  field?: string;
  /** Whether sending the very same request again is safe and may help. */
  retryable: boolean;
  /** The cause; only where debug routes are on. */
  details?: string;
  jobId: string;
  /** With `too_late`: the transaction that may still land. */
  signature?: string;
  /** With `too_late`: past this block height it can no longer land. */
  lastValidBlockHeight?: number;
  /** With `already_finished`: how it ended. */
  status?: 'completed' | 'failed';
}

/** A part did not answer. With a `jobId` the order may be in the log: the text says what to do. Without one nothing was queued. */
export interface Undecided {
  success: false;
  /** For people. */
  error: string;
  /** For programs, and part of the contract. */
  code: string;
  /** The field or header that is at fault. */
  field?: string;
  /** Whether sending the very same request again is safe and may help. */
  retryable: boolean;
  /** The cause; only where debug routes are on. */
  details?: string;
  jobId?: string;
}
