/** A transaction that waits for the user's own wallet. */
export interface SignRequest {
  jobId: string;
  userId: string;
  /** Each attempt asks anew; an answer to an older request is refused. */
  requestId: string;
  wallet: string;
  tokenAddress: string;
  buyAmount: number;
  lamports: string;
  /** Base64; the first signature is empty. */
  transaction: string;
  lastValidBlockHeight: number;
  platform: string;
  expectedOut: string;
  minimumOut: string;
  attempt: number;
  partition?: number;
  cursor?: number;
}
