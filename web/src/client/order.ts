import type { SealedWalletKey, StartRequest } from '../generated/buys.js';
import type { WalletKey } from '../seal/wallet-key.js';

/** What to buy. The wallet that pays is named in exactly one way. */
export interface BuyOrder {
  /** The token's mint. */
  tokenAddress: string;
  /** SOL, at most 9 decimals. */
  buyAmount: number;
  /** The wallet's whole keypair; it is sealed here and never sent as it is. */
  walletPrivateKey?: WalletKey | undefined;
  /** A keypair that was sealed before. */
  sealedWalletKey?: SealedWalletKey | undefined;
  /** A registered remote signer. */
  signerId?: string | undefined;
  /** `client`: the user's own wallet signs when it is asked to; `wallet` is its address. */
  custody?: 'client' | undefined;
  wallet?: string | undefined;
  /** Percent; 3 unless given. */
  slippage?: number | undefined;
  /** SOL, 0.002 unless given; or `auto`, with the most to pay beside it. */
  priorityFee?: StartRequest['priorityFee'] | undefined;
  maxPriorityFee?: number | undefined;
  /** The venue; `auto` unless given. */
  platform?: StartRequest['platform'] | undefined;
}

/** An order, and whose it is. */
export interface UserOrder extends BuyOrder {
  userId: string;
}

/** Name an order for comparison. Never to be stored or shown: it holds the key. */
export function sameness(order: BuyOrder): string {
  const fields = Object.entries(order).filter(([, value]) => value !== undefined);
  return JSON.stringify(fields.sort(([a], [b]) => (a < b ? -1 : 1)));
}
