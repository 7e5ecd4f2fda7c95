import type { StartRequest } from '../generated/buys.js';
import type { JobItem } from '../generated/record.js';
import { newId } from '../client/ids.js';
import { toBase64 } from '../seal/bytes.js';
import { SUITE } from '../seal/hpke.js';
import { queued } from '../store/job.js';
import { type Received, type Respond, answer, refuse } from './fake-answers.js';
import type { FakeLog } from './fake-log.js';
import { webhookRoutes } from './fake-webhooks.js';

const NO_JOB = 'There is no such job';

/** The routes of a buy over a log that a test writes. */
export function routes(log: FakeLog, started: (jobId: string) => void): Respond {
  const named = new Map<string, string>();
  const webhooks = webhookRoutes(() => log.vector());
  let vault: Promise<object> | undefined;

  function start(received: Received): Response {
    const order = received.body as StartRequest;
    const key = received.headers.get('Idempotency-Key') ?? newId();
    const known = named.get(key);
    const jobId = known ?? timeId(named.size);
    const { userId, tokenAddress, buyAmount } = order;
    const status = 'queued' as const;
    const data = { jobId, userId, tokenAddress, buyAmount, status, createdAt: new Date().toISOString() };
    const message = 'Buy queued';
    if (!known) {
      named.set(key, jobId);
      log.jobs.set(jobId, queued({ ...data }));
      started(jobId);
    }
    return answer(202, { success: true, jobId, message, data });
  }

  function cancel(jobId: string): Response {
    const job = log.jobs.get(jobId);
    if (!job) return refuse(404, 'job_not_found', NO_JOB);
    if (job.result) return refuse(409, 'already_finished', 'The buy has ended', { jobId });
    if (job.progress.details.transactionSignature) {
      return refuse(409, 'too_late', 'A transaction is signed', { jobId });
    }
    return answer(202, { success: true, jobId, status: 'cancelling', message: 'Cancelling' });
  }

  function list(url: URL): Response {
    const userId = url.searchParams.get('userId');
    const { jobs: known, cursors } = log.record;
    const mine = [...known.values()].filter((job) => !userId || job.userId === userId);
    const jobs = mine.reverse().map(({ signRequest: _, ...job }) =>
      ({ ...job, wallet: '', updatedAt: job.createdAt }));
    return answer(200, { success: true, data: { jobs: jobs as unknown as JobItem[], cursors } });
  }

  return async (received) => {
    const url = new URL(received.path, 'http://fake');
    if (received.path === '/api/external-buy/start') return start(received);
    if (url.pathname === '/api/external-buy/jobs') return list(url);
    if (url.pathname === '/api/external-buy/vault-key') {
      vault ??= vaultKey();
      return answer(200, { success: true, data: await vault });
    }
    const hooked = webhooks(received);
    if (hooked) return hooked;
    const [, jobId, what] = /^\/api\/external-buy\/job\/([^/]+)\/(\w+)$/.exec(url.pathname) ?? [];
    if (jobId && what === 'cancel') return cancel(jobId);
    if (jobId && what === 'signature') {
      return answer(202, { success: true, jobId, requestId: '', message: 'Taken' });
    }
    const view = jobId && what === 'status' ? log.view(jobId) : undefined;
    return view ? answer(200, { success: true, data: view }) : refuse(404, 'job_not_found', NO_JOB);
  };
}

/** An id that sorts by the order of making, as the service's do. */
function timeId(count: number): string {
  return count.toString(16).padStart(8, '0') + newId().slice(8);
}

async function vaultKey(): Promise<object> {
  const pair = (await crypto.subtle.generateKey('X25519', false, ['deriveBits'])) as CryptoKeyPair;
  const raw = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey));
  const info = 'buyq client key v1|{keyId}|{wallet}|{reference}|{userId}';
  return { keyId: '0123456789abcdef', publicKey: toBase64(raw), suite: SUITE, info };
}
