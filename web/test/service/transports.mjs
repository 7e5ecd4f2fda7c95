// The built package in Node, against a running service: node transports.mjs FILE
import { readFileSync } from 'node:fs';
import WebSocket from 'ws';
import { createClient } from '../../dist/index.js';

const { url, mint, keys } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const found = {};

for (const [transport, key] of Object.entries(keys)) {
  const client = createClient({ url, transports: [transport], WebSocket });
  const userId = `node-${transport}`;
  const heard = [];
  const result = new Promise((resolve) => {
    const following = client.follow({ userId }, {
      joined: async (_joined, fresh) => {
        if (!fresh) return;
        const order = { userId, tokenAddress: mint, buyAmount: 0.1, walletPrivateKey: key };
        const { jobId } = await client.submit(order, { idempotencyKey: userId });
        // The same name, the same job.
        found[`${transport} again`] = (await client.submit(order, { idempotencyKey: userId })).jobId === jobId;
      },
      message: ({ name, payload }) => {
        heard.push(name === 'external_buy_progress' ? payload.phaseTitle : name);
        if (name === 'external_buy_result') resolve({ payload, following });
      },
    });
  });
  const { payload, following } = await result;
  following.close();
  // What the socket tells may be ahead of the record by a moment.
  let { events } = await client.timeline(payload.jobId);
  for (let asked = 0; asked < 50 && !events.some(({ type }) => type === 'BuyCompleted'); asked += 1) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    ({ events } = await client.timeline(payload.jobId));
  }
  const { jobs } = await client.list({ userId });
  const late = await client.cancel(payload.jobId).catch((error) => error);
  found[transport] = {
    heard: [...new Set(heard)],
    transport: following.connection.state,
    listed: jobs.map(({ jobId }) => jobId === payload.jobId),
    accepted: events.every(({ accepted }) => accepted) && events[0].type === 'BuyRequested',
    refused: [late.name, late.status, late.code],
  };
}
const client = createClient({ url });
const { platform, expectedOut } = await client.quote({ tokenAddress: mint, buyAmount: 0.1 });
found.quote = platform === 'jupiter' && BigInt(expectedOut) > 0n;
found.overview = (await client.overview()).lastDay.completed >= 2;
console.log(JSON.stringify(found));
