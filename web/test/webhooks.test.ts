// @vitest-environment node
import { expect, test } from 'vitest';
import { ApiError } from '../src/client/errors.js';
import { FakeServer } from '../src/testing/index.js';

const URL = 'https://app.example/buys';

test('a webhook is made, found, changed and deleted by the routes of the service', async () => {
  const server = new FakeServer();
  const { webhooks } = server.client();
  const { webhook, secret } = await webhooks.create({ url: URL, userId: 'user123' });
  expect(secret).toMatch(/^whsec_/);
  expect(await webhooks.get(webhook.id)).toEqual(webhook);
  const rotated = await webhooks.rotate(webhook.id);
  expect(rotated.secret).not.toBe(secret);
  expect(rotated.webhook.oldSecretUntil).toBeGreaterThan(Date.now());
  expect((await webhooks.replay(webhook.id, { 1: 40 })).cursors).toEqual({ 1: 40 });
  expect((await webhooks.enable(webhook.id)).id).toBe(webhook.id);
  expect(await webhooks.test(webhook.id)).toMatchObject({ delivered: true, status: 204 });
  expect((await webhooks.list({ userId: 'user123', limit: 10 })).webhooks.map(({ id }) => id)).toEqual([webhook.id]);
  expect((await webhooks.list({ userId: 'other' })).webhooks).toEqual([]);
  await webhooks.delete(webhook.id);
  const all = '/api/external-buy/webhooks';
  const one = `${all}/${webhook.id}`;
  expect(server.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
    `POST ${all}`, `GET ${one}`, `POST ${one}/rotate`, `POST ${one}/replay`, `POST ${one}/enable`,
    `POST ${one}/test`, `GET ${all}?userId=user123&limit=10`, `GET ${all}?userId=other`, `DELETE ${one}`,
  ]);
  expect(server.requests[0]!.body).toEqual({ url: URL, userId: 'user123' });
  expect(server.requests[3]!.body).toEqual({ cursors: { 1: 40 } });
});

test('what is not there or not allowed is an ApiError with its code', async () => {
  const { webhooks } = new FakeServer().client();
  const refused = (asked: Promise<unknown>): Promise<unknown> => asked.catch((thrown: unknown) => thrown);
  for (const asked of [
    webhooks.get('a/b'), webhooks.delete('none'), webhooks.rotate('none'), webhooks.enable('none'),
    webhooks.replay('none', {}), webhooks.test('none'),
  ]) {
    const error = await refused(asked);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status: 404, code: 'webhook_not_found', field: 'webhookId' });
  }
  expect(await refused(webhooks.create({ url: 'http://app.example' }))).toMatchObject({
    status: 400, code: 'invalid_webhook_url', field: 'url',
  });
});
