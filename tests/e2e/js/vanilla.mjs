// The vanilla listing, with what it left out: the room, and the service's own address.
//   node vanilla.mjs URL TOKEN WALLET_KEY USER
import { io } from 'socket.io-client';

const [url, tokenAddress, walletPrivateKey, userId] = process.argv.slice(2);
const socket = io(url);

socket.on('external_buy_progress', (progress) => {
  console.log(`Progress: ${progress.progress}% - ${progress.phaseTitle}`);
});
socket.on('external_buy_job_created', (job) => console.log(`Created: ${job.jobId}`));
socket.on('external_buy_result', (result) => {
  console.log(`Result: ${JSON.stringify(result)}`);
  socket.disconnect();
});

socket.on('connect', () => {
  socket.emit('join_room', userId, async (joined) => {
    if (!joined.success) throw new Error(JSON.stringify(joined));
    const response = await fetch(new URL('/api/external-buy/start', url), {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ userId, tokenAddress, buyAmount: 0.1, walletPrivateKey }),
    });
    console.log(`Started: ${JSON.stringify(await response.json())}`);
  });
});
setTimeout(() => { console.error('nothing came within 40 s'); process.exit(1); }, 40_000).unref();
