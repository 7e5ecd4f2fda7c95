// Generated from the OpenAPI document by `just types`. Do not edit.

/** What a cancel has come to: recorded, or already decided in time. */
export interface Cancel {
  success: true;
  jobId: string;
  status: 'cancelled' | 'cancelling';
  message: string;
}

/** The payload of `external_buy_progress`, and `data.progress` of the status route. */
export interface ExternalBuyProgress {
  jobId: string;
  tokenAddress: string;
  userId: string;
  phase: number;
  totalPhases: number;
  phaseTitle: string;
  phaseDescription: string;
  /** Percent. */
  progress: number;
  status: 'started' | 'in_progress' | 'completed' | 'failed';
  buyAmount: number;
  details: ProgressDetails;
  outcomeUnknown: boolean;
  partition?: number;
  cursor?: number;
}

/** The payload of `external_buy_result`, and `data.result` of the status route. */
export interface ExternalBuyResult {
  jobId: string;
  success: boolean;
  buyAmount: number;
  actualSolSpent: number;
  /** Empty if no transaction of this buy is on the chain. */
  transactionSignature: string;
  /** Empty if the buy ended before a venue was chosen. */
  platform: string;
  error?: string;
  /** Unix time in ms. */
  completedAt: number;
  /** From the request to the end, in ms. */
  duration: number;
  tokenAddress: string;
  userId: string;
  status: 'queued' | 'active' | 'completed' | 'failed' | 'cancelled';
  code?: string;
  lamportsSpent: string;
  /** Base units of the token. */
  tokensReceived: string;
  tokenDecimals?: number;
  slot?: number;
  partition?: number;
  cursor?: number;
}

/** `data` of the status route. */
export interface JobView {
  jobId: string;
  status: 'queued' | 'active' | 'completed' | 'failed' | 'cancelled';
  outcomeUnknown: boolean;
  progress: ExternalBuyProgress;
  result?: ExternalBuyResult;
}

/** What is happening within a phase; every field is optional. */
export interface ProgressDetails {
  currentOperation?: string;
  /** In ms. */
  estimatedTimeRemaining?: number;
  error?: string;
  transactionSignature?: string;
  platform?: string;
  /** A string in progress and a number in the result, as in the original. */
  actualSolSpent?: string;
  attempt?: number;
  code?: string;
}

/** A keypair that only a worker can open. */
export interface SealedWalletKey {
  /** Of the vault's key. */
  keyId: string;
  /** Base64 of 112 bytes: the encapsulated key (32), then the keypair with its tag (80). */
  ciphertext: string;
  /** The wallet's address. */
  wallet: string;
  /** The client's own name for this sealing, used once. */
  reference: string;
}

/** An order. A field may stand once; unknown fields are refused. `null` counts as left out. The wallet that pays is named in exactly one way: `walletPrivateKey`, `sealedWalletKey` or `signerId`. */
export interface StartRequest {
  /** Whose buy it is, and the room that hears of it. No control characters, no outer spaces. */
  userId: string;
  /** The mint of the token to buy: 32 bytes in base 58. */
  tokenAddress: string;
  /** How much to buy for, in SOL: at most 9 decimals, a number and not a string. */
  buyAmount: number;
  /** The whole keypair of the wallet that pays: 64 bytes in base 58, or as an array of numbers. Taken over TLS or from this machine only; sealed at once and never shown again. */
  walletPrivateKey?: string | number[] | null;
  /** The keypair as the client itself has sealed it to the vault's key (`getVaultKey`). */
  sealedWalletKey?: SealedWalletKey | null;
  /** A registered signer, which alone knows the wallet's key. */
  signerId?: string | null;
  /** Percent, at most 2 decimals; 3 unless given. */
  slippage?: number | null;
  /** SOL, at most 9 decimals and at most `buyAmount`; 0.002, or `buyAmount` where that is less. */
  priorityFee?: number | null;
  /** The venue; `auto` unless given. */
  platform?: 'auto' | 'jupiter' | null;
  /** Taken for compatibility, and without effect. */
  userChatId?: number | null;
  /** Taken for compatibility, and without effect. */
  socketUserId?: string | null;
}

/** The order is durable in the log; what becomes of it, the status route and sockets tell. */
export interface Started {
  success: true;
  /** UUID of the job. */
  jobId: string;
  message: string;
  data: StartedData;
}

/** What was queued, as it was understood: the job, and each default that was filled in. */
export interface StartedData {
  userId: string;
  tokenAddress: string;
  buyAmount: number;
  status: 'queued' | 'active' | 'completed' | 'failed' | 'cancelled';
  /** RFC 3339, ms, UTC. */
  createdAt: string;
  jobId?: string;
  partition?: number;
  cursor?: number;
  /** The exact amount, in lamports. */
  lamports: string;
  /** Percent. */
  slippage: number;
  /** SOL. */
  priorityFee: number;
  /** The venue that was asked for, or `auto`. */
  platform: string;
  /** The address that pays: the public half of the key that was sent, in base 58. */
  wallet: string;
}

/** A job, as far as it is known. */
export interface Status {
  success: true;
  data: JobView;
}
