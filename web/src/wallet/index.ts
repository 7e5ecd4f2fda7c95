export type { SignRequest } from './sign-request.js';
export { type Signer, walletSigner } from './signer.js';
