/** A transaction that waits for the user's own wallet. */
export type { ExternalBuySignRequest as SignRequest } from '../generated/buys.js';
