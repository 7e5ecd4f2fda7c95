import type {
  Deleted, NewSecret, NewSecretData, ReplayRequest, Tested, TestedData, WebhookAnswer, WebhookRequest,
  WebhookView, Webhooks, WebhooksData,
} from '../generated/webhooks.js';
import { type Http, withQuery } from './http.js';

const ALL = '/api/external-buy/webhooks';

/** Which webhooks to list, oldest first. */
export interface WebhooksQuery {
  userId?: string | undefined;
  cursor?: string | undefined;
  limit?: number | undefined;
}

/**
 * The webhooks of a user, or of everybody for a service with `admin`. For backends: a browser's
 * token has no scope for them. Every method throws an ExternalBuyError.
 */
export interface WebhookCalls {
  /** Answers the secret, too, which is shown this once. */
  create(wanted: WebhookRequest): Promise<NewSecretData>;
  list(query?: WebhooksQuery): Promise<WebhooksData>;
  get(webhookId: string): Promise<WebhookView>;
  delete(webhookId: string): Promise<void>;
  /** Answers a new secret; the old one signs beside it for a day, unless the service says otherwise. */
  rotate(webhookId: string): Promise<NewSecretData>;
  /** Send again after it was disabled, or at once instead of after a wait. */
  enable(webhookId: string): Promise<WebhookView>;
  /** Send everything behind these cursors once more; what is left out, from its beginning. */
  replay(webhookId: string, cursors: ReplayRequest['cursors']): Promise<WebhookView>;
  /** Send a delivery of the type `ping` and answer how that went. */
  test(webhookId: string): Promise<TestedData>;
}

export function webhooksOf(http: Http): WebhookCalls {
  const path = (webhookId: string, what = ''): string =>
    `${ALL}/${encodeURIComponent(webhookId)}${what}`;
  const post = <Body>(to: string, body?: unknown): Promise<Body> =>
    http.json<Body>(to, { method: 'POST', body });

  return {
    create: async (wanted) => (await post<NewSecret>(ALL, wanted)).data,
    list: async (query = {}) => (await http.json<Webhooks>(withQuery(ALL, { ...query }))).data,
    get: async (webhookId) => (await http.json<WebhookAnswer>(path(webhookId))).data,
    delete: async (webhookId) => {
      await http.json<Deleted>(path(webhookId), { method: 'DELETE' });
    },
    rotate: async (webhookId) => (await post<NewSecret>(path(webhookId, '/rotate'))).data,
    enable: async (webhookId) => (await post<WebhookAnswer>(path(webhookId, '/enable'))).data,
    replay: async (webhookId, cursors) =>
      (await post<WebhookAnswer>(path(webhookId, '/replay'), { cursors })).data,
    test: async (webhookId) => (await post<Tested>(path(webhookId, '/test'))).data,
  };
}
