import { ApiError, NetworkError, ProtocolError, refusalOf } from './errors.js';

/** A credential, or how to get one: asked for anew at each request and connection. */
export type Token = string | (() => string | undefined | Promise<string | undefined>);

export interface HttpOptions {
  /** Where the service is, without a path. */
  url: string;
  token?: Token | undefined;
  fetch: typeof fetch;
  /** For one answer, in ms. */
  timeoutMs: number;
}

export interface Asked {
  method?: 'GET' | 'POST' | 'DELETE';
  body?: unknown;
  headers?: Record<string, string> | undefined;
  signal?: AbortSignal | undefined;
}

export type Query = Record<string, string | number | undefined>;

/** Write a path with those parameters that are there. */
export function withQuery(path: string, query: Query): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  const written = new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
  return given.length ? `${path}?${written}` : path;
}

/** Speaks JSON with the service. */
export class Http {
  readonly options: HttpOptions;

  constructor(options: HttpOptions) {
    this.options = options;
  }

  /** Answer a body. Throws ApiError, NetworkError, ProtocolError; an abort as it is. */
  async json<Body>(path: string, asked: Asked = {}): Promise<Body> {
    const timeout = AbortSignal.timeout(this.options.timeoutMs);
    const signal = asked.signal ? AbortSignal.any([asked.signal, timeout]) : timeout;
    try {
      const response = await this.response(path, { ...asked, signal });
      return (await bodyOf(response)) as Body;
    } catch (error) {
      asked.signal?.throwIfAborted();
      if (timeout.aborted) {
        const text = `no answer within ${this.options.timeoutMs} ms`;
        throw new NetworkError(text, { cause: error });
      }
      throw error;
    }
  }

  /** Answer a response whose body is still to be read. */
  async response(path: string, asked: Asked): Promise<Response> {
    const headers: Record<string, string> = { Accept: 'application/json', ...asked.headers };
    const token = await this.token();
    if (token) headers['Authorization'] = `Bearer ${token}`;
    const init: RequestInit = { method: asked.method ?? 'GET', headers, cache: 'no-store' };
    if (asked.signal) init.signal = asked.signal;
    if (asked.body !== undefined) {
      headers['Content-Type'] = 'application/json';
      init.body = JSON.stringify(asked.body);
    }
    try {
      // NB: called without a receiver, as a browser's own fetch demands.
      const { fetch } = this.options;
      return await fetch(this.options.url + path, init);
    } catch (error) {
      asked.signal?.throwIfAborted();
      throw new NetworkError('the service cannot be reached', { cause: error });
    }
  }

  /** Answer the credential; throws NetworkError where it cannot be had in time. */
  async token(): Promise<string | undefined> {
    const { token, timeoutMs } = this.options;
    if (typeof token !== 'function') return token;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`none within ${timeoutMs} ms`)), timeoutMs);
    });
    try {
      return await Promise.race([token(), late]);
    } catch (error) {
      throw new NetworkError('there is no credential', { cause: error });
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Answer a response's JSON; throws ApiError for a refusal. */
export async function bodyOf(response: Response): Promise<unknown> {
  let body: unknown;
  try {
    body = await response.json();
  } catch (error) {
    if (!(error instanceof SyntaxError)) {
      throw new NetworkError('the answer broke off', { cause: error });
    }
    throw notOurs(response, error);
  }
  if (response.ok) return body;
  const refusal = refusalOf(body);
  if (!refusal) throw notOurs(response);
  const after = Number(response.headers.get('Retry-After'));
  const requestId = response.headers.get('X-Request-Id') ?? undefined;
  throw new ApiError(response.status, refusal, requestId, after > 0 ? after * 1000 : undefined);
}

function notOurs(response: Response, cause?: unknown): Error {
  const text = `HTTP ${response.status} without the service's JSON`;
  // A gateway in between is away for a moment; anything else is another program.
  return response.status >= 502 && response.status <= 504
    ? new NetworkError(text, { cause })
    : new ProtocolError(text, { cause });
}
