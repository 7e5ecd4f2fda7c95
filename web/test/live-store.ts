import { BuyStore } from '../src/store/index.js';
import { FakeServer } from '../src/testing/index.js';

export const ORDER = { tokenAddress: 'So1', buyAmount: 0.1, signerId: 'a' };

/** A store that listens to a server. */
export function live(server = new FakeServer()) {
  const store = new BuyStore(server.client(), 'user123');
  const stop = store.subscribe(() => undefined);
  return { server, store, stop };
}
