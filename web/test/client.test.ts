// @vitest-environment node
import { expect, test } from 'vitest';
import { ApiError, NetworkError, ProtocolError } from '../src/client/errors.js';
import { toBase58 } from '../src/seal/base58.js';
import { FakeServer, answer, refuse } from '../src/testing/index.js';

const KEY = toBase58(new Uint8Array(64).fill(7));
const ORDER = { userId: 'user123', tokenAddress: 'So1', buyAmount: 0.1 };

test('a wallet key is sealed before it is sent', async () => {
  const server = new FakeServer();
  await server.client().submit({ ...ORDER, walletPrivateKey: KEY, slippage: 5 });
  const sent = server.requests.find(({ path }) => path.endsWith('/start'))!.body as Record<string, unknown>;
  expect(Object.keys(sent).sort()).toEqual(['buyAmount', 'sealedWalletKey', 'slippage', 'tokenAddress', 'userId']);
  expect(JSON.stringify(server.requests)).not.toContain(KEY);
});

test('an order that is answered 503 is sent again under its name, and is one job', async () => {
  const server = new FakeServer();
  let refused = 0;
  server.respond = ({ path }) => {
    if (!path.endsWith('/start') || refused > 0) return undefined;
    refused += 1;
    return refuse(503, 'log_unavailable', 'Kafka is away');
  };
  const made = await server.client().submit({ ...ORDER, signerId: 'a' });
  const names = server.requests.map(({ headers }) => headers.get('Idempotency-Key'));
  expect(names).toEqual([names[0], names[0]]);
  expect(server.jobIds).toEqual([made.jobId]);
});

test('a key is sealed anew when the vault has another one', async () => {
  const server = new FakeServer();
  let starts = 0;
  server.respond = ({ path }) => {
    if (!path.endsWith('/start')) return undefined;
    starts += 1;
    return starts === 1 ? refuse(409, 'vault_key_changed', 'Ask for the key again') : undefined;
  };
  await server.client().submit({ ...ORDER, walletPrivateKey: KEY });
  const paths = server.requests.map(({ path }) => path.split('/').pop());
  expect(paths).toEqual(['vault-key', 'start', 'vault-key', 'start']);
});

test('a refusal is an ApiError with everything that the service said', async () => {
  const server = new FakeServer();
  server.respond = () => refuse(400, 'invalid_amount', 'buyAmount is too much', { field: 'buyAmount' });
  const error = await server.client().submit({ ...ORDER, signerId: 'a' }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject({
    status: 400, code: 'invalid_amount', field: 'buyAmount', retryable: false, message: 'buyAmount is too much',
  });
  expect((error as ApiError).requestId).toMatch(/^[0-9a-f-]{36}$/);
  expect(server.requests.length).toBe(1);
});

test('a page of somebody else is a ProtocolError, a gateway that is away a NetworkError', async () => {
  const server = new FakeServer();
  server.respond = () => new Response('<html>', { status: 200 });
  await expect(server.client().status('a')).rejects.toThrow(ProtocolError);
  server.respond = () => new Response('<html>', { status: 502 });
  await expect(server.client().status('a')).rejects.toThrow(NetworkError);
});

test('no answer in time is a NetworkError', async () => {
  const client = new FakeServer().client({
    timeoutMs: 20,
    fetch: (_, init) => new Promise((_resolve, reject) => {
      init?.signal?.addEventListener('abort', () => reject(init.signal!.reason));
    }),
  });
  await expect(client.status('a')).rejects.toThrow('no answer within 20 ms');
});

test('a credential is asked for at each request and sent as a bearer token', async () => {
  const server = new FakeServer();
  server.respond = () => answer(200, { success: true, data: { jobs: [] } });
  let asked = 0;
  const client = server.client({ token: () => `token-${(asked += 1)}` });
  await client.list({ userId: 'a b', status: 'active', search: undefined });
  await client.list();
  expect(server.requests.map(({ headers }) => headers.get('Authorization'))).toEqual(['Bearer token-1', 'Bearer token-2']);
  expect(server.requests[0]!.path).toBe('/api/external-buy/jobs?userId=a+b&status=active');
});

test('an order may be priced as it is, and its key is not sent', async () => {
  const server = new FakeServer();
  const order = { ...ORDER, walletPrivateKey: 'of nobody', userId: 'user123' };
  await server.client().quote(order).catch(() => undefined);
  const { path, body } = server.requests.at(-1)!;
  expect([path, body]).toEqual(['/api/external-buy/quote', { tokenAddress: ORDER.tokenAddress, buyAmount: ORDER.buyAmount }]);
});
