// The calls of webhooks in the built package, against a running service: node webhooks.mjs FILE
import { readFileSync } from 'node:fs';
import { createClient } from '../../dist/index.js';

const { url, receiver, userId } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const { webhooks } = createClient({ url });
const { webhook, secret } = await webhooks.create({ url: receiver, userId });
const { id } = webhook;
const tested = await webhooks.test(id);
const rotated = await webhooks.rotate(id);
const page = await webhooks.list({ userId, limit: 1 });
const replayed = await webhooks.replay(id, { 0: -1 });
const enabled = await webhooks.enable(id);
const got = await webhooks.get(id);
await webhooks.delete(id);
const gone = await webhooks.get(id).catch((error) => error);
console.log(JSON.stringify({
  secret,
  made: [webhook.userId, webhook.failures],
  tested: [tested.delivered, tested.status],
  rotated: rotated.secret !== secret && rotated.webhook.oldSecretUntil > Date.now(),
  listed: page.webhooks.map((one) => one.id === id),
  replayed: replayed.cursors,
  same: [enabled.id, got.id].every((one) => one === id),
  gone: [gone.name, gone.status, gone.code],
}));
