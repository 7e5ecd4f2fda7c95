import type { Wallet } from '@wallet-standard/base';
import type { BuyStore } from '../store/store.js';
import { walletSigner } from '../wallet/signer.js';
import { connect, onWallet } from '../wallet/wallets.js';
import { byId, h } from './dom.js';
import { shorten } from './words.js';

/** The account of the user's own wallet, once one is connected. */
export const ownWallet: { address: string | undefined } = { address: undefined };

/** Offer each wallet of this browser, and let the connected one sign what this page has ordered. */
export function offerWallets(store: BuyStore, changed: () => void): void {
  const note = byId('wallet-note');
  const use = async (wallet: Wallet): Promise<void> => {
    try {
      const account = await connect(wallet);
      store.signer = walletSigner(wallet, account);
      ownWallet.address = account.address;
      note.textContent = `${shorten(account.address, 6)} of ${wallet.name} pays and signs. No key leaves it.`;
    } catch (error) {
      note.textContent = error instanceof Error ? error.message : String(error);
    }
    changed();
  };
  onWallet((wallet) => {
    note.textContent = 'Connect the wallet that pays.';
    byId('wallets').append(
      h('button', { type: 'button', class: 'plain', onclick: () => void use(wallet) }, `Connect ${wallet.name}`),
    );
  });
}
