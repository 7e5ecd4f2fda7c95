import type { VaultKeyData } from '../generated/access.js';
import type { Cancel, JobView, Status } from '../generated/buys.js';
import type { Quote, QuoteRequest, QuoteView } from '../generated/quotes.js';
import type { JobsData, JobsPage, Overview, OverviewData, Timeline, TimelineData } from '../generated/record.js';
import { type FollowOptions, type Follower, Following } from '../live/following.js';
import type { Transport } from '../live/line.js';
import type { Room } from '../live/messages.js';
import { socketTransport } from '../live/socket-line.js';
import { sseTransport } from '../live/sse-line.js';
import { Http, type Token, withQuery } from './http.js';
import type { UserOrder } from './order.js';
import { type SubmitOptions, type Submitted, Submitting } from './submitting.js';
import { type WebhookCalls, webhooksOf } from './webhooks.js';

export interface ClientOptions {
  /** Where the service is; the page's own origin unless given. */
  url?: string;
  /** A credential, or how to get a fresh one. */
  token?: Token;
  /** Whether `walletPrivateKey` is sealed here (default) or sent as it is. */
  seal?: boolean;
  /** For one answer; 15 s unless given. */
  timeoutMs?: number;
  /** Which transports to try, in order; both unless given. */
  transports?: readonly Transport['name'][];
  fetch?: typeof fetch;
  /** For runtimes without one: that of `ws` does. */
  WebSocket?: typeof WebSocket | undefined;
}

/** Which jobs to list, newest first. */
export interface JobsQuery {
  userId?: string | undefined;
  status?: JobView['status'] | undefined;
  /** The beginning of a job's id, a whole mint or a whole signature. */
  search?: string | undefined;
  cursor?: string | undefined;
  limit?: number | undefined;
}

/** How the user's wallet answered a request to sign. */
export type SignAnswer = { requestId: string } & (
  | { signature: string }
  | { transaction: string }
  | { refused: true }
);

/** Talks to one External Buy Queue. Every method throws an ExternalBuyError. */
export interface BuyClient {
  submit(order: UserOrder, options?: SubmitOptions): Promise<Submitted>;
  /** Price a buy without making it. */
  quote(wanted: QuoteRequest): Promise<QuoteView>;
  status(jobId: string): Promise<JobView>;
  /** Answers what the log decided; throws ApiError `too_late` or `already_finished`. */
  cancel(jobId: string): Promise<Cancel>;
  list(query?: JobsQuery): Promise<JobsData>;
  /** All events of a buy, the ignored ones too; `after` is the last cursor that is known. */
  timeline(jobId: string, after?: number): Promise<TimelineData>;
  /** For operators alone. */
  overview(): Promise<OverviewData>;
  vaultKey(): Promise<VaultKeyData>;
  answerSignRequest(jobId: string, answer: SignAnswer): Promise<void>;
  readonly webhooks: WebhookCalls;
  /** Follow a room until it is closed, over every cut. */
  follow(room: Room, follower: Follower, options?: FollowOptions): Following;
}

/** Make a client. Nothing is asked before it is used. */
export function createClient(options: ClientOptions = {}): BuyClient {
  const url = (options.url ?? globalThis.location?.origin ?? '').replace(/\/+$/, '');
  const http = new Http({
    url,
    token: options.token,
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
    timeoutMs: options.timeoutMs ?? 15_000,
  });
  const submitting = new Submitting(http, options.seal ?? true);
  const job = (jobId: string): string => `/api/external-buy/job/${encodeURIComponent(jobId)}`;

  return {
    submit: (order, given) => submitting.submit(order, given),
    quote: async ({ tokenAddress, buyAmount, slippage, priorityFee, maxPriorityFee, platform, wallet }) => {
      // Field by field: an order that is priced may hold a key.
      const body = { tokenAddress, buyAmount, slippage, priorityFee, maxPriorityFee, platform, wallet };
      const asked = { method: 'POST' as const, body };
      return (await http.json<Quote>('/api/external-buy/quote', asked)).data;
    },
    status: async (jobId) => (await http.json<Status>(`${job(jobId)}/status`)).data,
    cancel: (jobId) => http.json<Cancel>(`${job(jobId)}/cancel`, { method: 'POST' }),
    list: async (query = {}) => {
      const path = withQuery('/api/external-buy/jobs', { ...query });
      return (await http.json<JobsPage>(path)).data;
    },
    timeline: async (jobId, after) => {
      const path = withQuery(`${job(jobId)}/timeline`, { after });
      return (await http.json<Timeline>(path)).data;
    },
    overview: async () => (await http.json<Overview>('/api/external-buy/admin/overview')).data,
    vaultKey: () => submitting.vaultKey(),
    answerSignRequest: async (jobId, body) => {
      await http.json(`${job(jobId)}/signature`, { method: 'POST', body });
    },
    webhooks: webhooksOf(http),
    follow: (room, follower, given) =>
      new Following(transportsOf(options, http), room, follower, given),
  };
}

function transportsOf(options: ClientOptions, http: Http): Transport[] {
  const Socket = options.WebSocket ?? globalThis.WebSocket;
  const { url } = http.options;
  const ways: Record<Transport['name'], () => Transport | undefined> = {
    'socket.io': () =>
      Socket && socketTransport({ url, token: () => http.token(), WebSocket: Socket }),
    sse: () => sseTransport(http),
  };
  const named = options.transports ?? (['socket.io', 'sse'] as const);
  return named.map((name) => ways[name]()).filter((way) => way !== undefined);
}
