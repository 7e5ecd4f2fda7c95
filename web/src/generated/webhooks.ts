// Generated from the OpenAPI document by `just types`. Do not edit.

/** A webhook was deleted. */
export interface Deleted {
  success: true;
  data: DeletedData;
}

/** What is gone. */
export interface DeletedData {
  id: string;
}

/** A webhook has a new secret. */
export interface NewSecret {
  success: true;
  data: NewSecretData;
}

/** A secret, this once. */
export interface NewSecretData {
  webhook: WebhookView;
  /** `whsec_` and base64 of the key that signs. */
  secret: string;
}

/** Where to begin anew. */
export interface ReplayRequest {
  /** For each partition the last cursor that is not to be sent again, -1 for none; a partition that is left out counts from its beginning. */
  cursors: Record<string, number>;
}

/** A webhook was tried. */
export interface Tested {
  success: true;
  data: TestedData;
}

/** How a delivery that told nothing went. */
export interface TestedData {
  delivered: boolean;
  ms: number;
  /** What the receiver answered. */
  status?: number;
  /** Why it was not taken. */
  error?: string;
}

/** One webhook. */
export interface WebhookAnswer {
  success: true;
  data: WebhookView;
}

/** A webhook to make. */
export interface WebhookRequest {
  /** https, at a public address, port 443 or 8443, without credentials in it. */
  url: string;
  /** Whose buys; one's own if left out, and an admin's service is told of everybody's. */
  userId?: string | null;
}

/** A webhook as it stands. Its secret is shown once, by what makes it. */
export interface WebhookView {
  id: string;
  url: string;
  /** Whose buys; absent for everybody's. */
  userId?: string;
  /** Unix time in ms, as all times here. */
  createdAt: number;
  /** For each partition the last cursor that was delivered. */
  cursors: Record<string, number>;
  /** In a row; 0 where all is well. */
  failures: number;
  failingSince?: number;
  nextAttemptAt?: number;
  /** Absent once a delivery was taken again. */
  lastError?: string;
  disabledAt?: number;
  /** With `disabledAt`: nothing is sent until it is enabled. */
  disabledReason?: string;
  /** Until when the secret before the last rotation signs, too. */
  oldSecretUntil?: number;
}

/** The webhooks that somebody may see. */
export interface Webhooks {
  success: true;
  data: WebhooksData;
}

/** A page, the oldest first. */
export interface WebhooksData {
  webhooks: WebhookView[];
  /** Send it as `cursor` for the page after this one; absent on the last page. */
  nextCursor?: string;
}
