import type { Wallet, WalletAccount } from '@wallet-standard/base';
import { SIGN_TRANSACTION } from './signer.js';

interface Connect {
  connect(): Promise<{ accounts: readonly WalletAccount[] }>;
}

/**
 * Hear of each wallet-standard wallet of this browser that can sign Solana transactions, those that
 * are there and those that come; answers how to stop. On a server there is none.
 */
export function onWallet(found: (wallet: Wallet) => void): () => void {
  if (typeof window === 'undefined') return () => undefined;
  const known = new Set<Wallet>();
  const register = (...wallets: Wallet[]): (() => void) => {
    for (const wallet of wallets) {
      if (known.has(wallet) || !(SIGN_TRANSACTION in wallet.features)) continue;
      known.add(wallet);
      found(wallet);
    }
    return () => undefined;
  };
  const api = { register };
  const listener = (event: Event): void => {
    (event as CustomEvent<(api: { register: typeof register }) => void>).detail(api);
  };
  window.addEventListener('wallet-standard:register-wallet', listener);
  window.dispatchEvent(new CustomEvent('wallet-standard:app-ready', { detail: api }));
  return () => window.removeEventListener('wallet-standard:register-wallet', listener);
}

/** Ask a wallet for its account; rejects if its user says no. */
export async function connect(wallet: Wallet): Promise<WalletAccount> {
  const feature = wallet.features['standard:connect'] as Connect | undefined;
  const accounts = feature ? (await feature.connect()).accounts : wallet.accounts;
  const account = accounts[0];
  if (!account) throw new Error(`${wallet.name} shows no account`);
  return account;
}
