import type { Wallet, WalletAccount } from '@wallet-standard/base';
import { fromBase64, toBase64 } from '../seal/bytes.js';
import type { SignRequest } from './sign-request.js';

/** Answers the signed transaction in base64; rejects if the user refuses. */
export type Signer = (request: SignRequest) => Promise<string>;

export const SIGN_TRANSACTION = 'solana:signTransaction';

interface SignTransaction {
  signTransaction(
    ...inputs: { account: WalletAccount; transaction: Uint8Array; chain?: string }[]
  ): Promise<readonly { signedTransaction: Uint8Array }[]>;
}

/**
 * Sign with a wallet-standard wallet, which shows the transaction and asks its user.
 * Throws TypeError if the wallet cannot sign transactions.
 */
export function walletSigner(wallet: Wallet, account: WalletAccount, chain = 'solana:mainnet'): Signer {
  const feature = wallet.features[SIGN_TRANSACTION] as SignTransaction | undefined;
  if (!feature) throw new TypeError(`${wallet.name} has no ${SIGN_TRANSACTION}`);
  return async (request) => {
    if (request.wallet !== account.address) throw new Error('asked for another wallet');
    const transaction = fromBase64(request.transaction);
    const [signed] = await feature.signTransaction({ account, transaction, chain });
    if (!signed) throw new Error(`${wallet.name} answered nothing`);
    return toBase64(signed.signedTransaction);
  };
}
