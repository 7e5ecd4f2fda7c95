export type { SignRequest } from './sign-request.js';
export { connect, onWallet } from './wallets.js';
export { type Signer, walletSigner } from './signer.js';
