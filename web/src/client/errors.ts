import type { KnownCode } from '../generated/codes.js';

/** The service's code for programs; a newer service may know more of them. */
export type ErrorCode = KnownCode | (string & {});

/** What is not an answer, as the service writes it. */
export interface RefusalBody {
  success: false;
  error: string;
  code: ErrorCode;
  retryable: boolean;
  field?: string;
  details?: string;
  [more: string]: unknown;
}

/** The root of everything that this package throws on purpose. */
export class ExternalBuyError extends Error {
  /** For programs. */
  readonly code: ErrorCode;
  /** Whether the same call is safe to make again and may help. */
  readonly retryable: boolean;

  constructor(code: ErrorCode, message: string, retryable: boolean, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
    this.retryable = retryable;
  }

  /** Whether it may be gone by itself: a page of a proxy instead of an answer may be, too. */
  get mayPass(): boolean {
    return this.retryable || this.code === 'protocol';
  }
}

/** The service answered, and said no. */
export class ApiError extends ExternalBuyError {
  /** HTTP; 0 where a socket was refused. */
  readonly status: number;
  readonly body: RefusalBody;
  readonly requestId: string | undefined;
  /** How long the service asks to wait, in ms. */
  readonly retryAfterMs: number | undefined;

  constructor(status: number, body: RefusalBody, requestId?: string, retryAfterMs?: number) {
    super(body.code, body.error, body.retryable);
    this.status = status;
    this.body = body;
    this.requestId = requestId;
    this.retryAfterMs = retryAfterMs;
  }

  /** The field or header that is at fault. */
  get field(): string | undefined {
    return this.body.field;
  }
}

/** No answer came: the request may or may not have arrived. */
export class NetworkError extends ExternalBuyError {
  constructor(message: string, options?: ErrorOptions) {
    super('network', message, true, options);
  }
}

/** What came is not what the service says: a proxy's page, or another program. */
export class ProtocolError extends ExternalBuyError {
  constructor(message: string, options?: ErrorOptions) {
    super('protocol', message, false, options);
  }
}

/** This page or program cannot seal a wallet key, or was given something else than a key. */
export class SealingError extends ExternalBuyError {
  constructor(message: string, options?: ErrorOptions) {
    super('sealing', message, false, options);
  }
}

/** Answer the refusal that a value is, or undefined. */
export function refusalOf(value: unknown): RefusalBody | undefined {
  const body = value as Partial<RefusalBody> | null;
  if (typeof body !== 'object' || body === null || body.success !== false) return undefined;
  if (typeof body.error !== 'string' || typeof body.code !== 'string') return undefined;
  return { ...body, retryable: body.retryable === true } as RefusalBody;
}

/** Turn anything that was thrown into an error of this package. */
export function asError(thrown: unknown): ExternalBuyError {
  if (thrown instanceof ExternalBuyError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new ExternalBuyError('internal', message, false, { cause: thrown });
}
