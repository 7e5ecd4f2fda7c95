import { type BuyClient, type ClientOptions, createClient } from '../client/client.js';
import { BuyStore } from './store.js';

let ours: BuyClient | undefined;
const stores = new WeakMap<BuyClient, Map<string, BuyStore>>();

/** Set up the client of all that are not given one, before the first of them is used. */
export function configure(options: ClientOptions): BuyClient {
  ours = createClient(options);
  return ours;
}

/** The client of all that are not given one: of the page's own origin unless configured. */
export function defaultClient(): BuyClient {
  ours ??= createClient();
  return ours;
}

/** Answer the one store of a client's user, so that a page connects once for each user. */
export function storeOf(client: BuyClient, userId: string): BuyStore {
  // On a server every rendering has its own: nothing of one user stays for another.
  if (typeof document === 'undefined') return new BuyStore(client, userId);
  const known = stores.get(client) ?? new Map<string, BuyStore>();
  stores.set(client, known);
  const store = known.get(userId) ?? new BuyStore(client, userId);
  known.set(userId, store);
  return store;
}
