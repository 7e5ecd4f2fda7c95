import { newId } from '../client/ids.js';
import type { ReplayRequest, WebhookRequest, WebhookView } from '../generated/webhooks.js';
import type { CursorVector } from '../live/messages.js';
import { toBase64 } from '../seal/bytes.js';
import { type Received, answer, refuse } from './fake-answers.js';

const PATH = /^\/api\/external-buy\/webhooks(?:\/([^/]+)(?:\/(\w+))?)?$/;
const DAY_MS = 86_400_000;

/** The routes of webhooks over a map. Nothing is ever posted: a `test` says that it was. */
export function webhookRoutes(told: () => CursorVector): (received: Received) => Response | undefined {
  const made = new Map<string, WebhookView>();

  function create(wanted: WebhookRequest): Response {
    const { url, userId } = wanted;
    if (!url.startsWith('https://')) {
      return refuse(400, 'invalid_webhook_url', 'The URL must be https', { field: 'url' });
    }
    const webhook: WebhookView = {
      id: newId(), url, createdAt: Date.now(), cursors: told(), failures: 0, ...(userId ? { userId } : {}),
    };
    made.set(webhook.id, webhook);
    return answer(201, { success: true, data: { webhook, secret: newSecret() } });
  }

  function list(query: URLSearchParams): Response {
    const userId = query.get('userId');
    const webhooks = [...made.values()].filter((one) => !userId || one.userId === userId);
    return answer(200, { success: true, data: { webhooks } });
  }

  function change(webhook: WebhookView, what: string, body: unknown): Response | undefined {
    switch (what) {
      case 'rotate':
        webhook.oldSecretUntil = Date.now() + DAY_MS;
        return answer(200, { success: true, data: { webhook, secret: newSecret() } });
      case 'replay':
        webhook.cursors = (body as ReplayRequest).cursors;
        return answer(200, { success: true, data: webhook });
      case 'enable':
        return answer(200, { success: true, data: webhook });
      case 'test':
        return answer(200, { success: true, data: { delivered: true, ms: 1, status: 204 } });
    }
    return undefined;
  }

  return ({ method, path, body }) => {
    const { pathname, searchParams } = new URL(path, 'http://fake');
    const found = PATH.exec(pathname);
    if (!found) return undefined;
    const [, id, what] = found;
    if (!id) return method === 'POST' ? create(body as WebhookRequest) : list(searchParams);
    const webhook = made.get(decodeURIComponent(id));
    if (!webhook) return refuse(404, 'webhook_not_found', 'Webhook not found', { field: 'webhookId' });
    if (what) return change(webhook, what, body);
    if (method === 'DELETE') made.delete(webhook.id);
    return answer(200, { success: true, data: method === 'DELETE' ? { id: webhook.id } : webhook });
  };
}

function newSecret(): string {
  return `whsec_${toBase64(crypto.getRandomValues(new Uint8Array(32)))}`;
}
