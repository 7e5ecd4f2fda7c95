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
  /** Of a completed buy. */
  fees?: FeeReport;
  partition?: number;
  cursor?: number;
}

/** The payload of `external_buy_sign_request`: the user's own wallet is asked to sign. */
export interface ExternalBuySignRequest {
  jobId: string;
  userId: string;
  /** Each attempt asks anew; an answer to an older request is refused. */
  requestId: string;
  /** The address that pays and signs. */
  wallet: string;
  tokenAddress: string;
  /** SOL. */
  buyAmount: number;
  lamports: string;
  /** Base64, with an empty first signature: to be signed as it is. */
  transaction: string;
  /** What is signed can land up to this block height, about a minute from now. */
  lastValidBlockHeight: number;
  platform: string;
  /** Base units of the token; `minimumOut` alike, the least that the transaction accepts. */
  expectedOut: string;
  minimumOut: string;
  attempt: number;
  partition?: number;
  cursor?: number;
}

/** Where a landed buy's lamports went, each a string of digits, by the transaction itself. lamportsSpent = price + network + priority + rent + tip - rentReturned. */
export interface FeeReport {
  /** What the tokens themselves cost; `protocol`, `creator` and `lp` are within it. */
  price: string;
  network: string;
  priority: string;
  rent: string;
  rentReturned: string;
  tip: string;
  protocol: string;
  creator: string;
  lp: string;
}

/** `data` of the status route. */
export interface JobView {
  jobId: string;
  status: 'queued' | 'active' | 'completed' | 'failed' | 'cancelled';
  outcomeUnknown: boolean;
  progress: ExternalBuyProgress;
  result?: ExternalBuyResult;
  /** Present while the user's own wallet is asked to sign. */
  signRequest?: ExternalBuySignRequest;
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
  /** Set while the user's own wallet is asked to sign, by the request of this id. */
  signRequestId?: string;
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

/** What the wallet did: exactly one of `signature`, `transaction` and `refused`. */
export interface SignAnswer {
  /** As `external_buy_sign_request` named it. */
  requestId: string;
  /** The wallet's signature of the transaction's message: 64 bytes in base 58. */
  signature?: string | null;
  /** The signed transaction in base64; its message must be the one that was asked for. */
  transaction?: string | null;
  /** The wallet will not sign. */
  refused?: true | null;
}

/** What an answer has come to. */
export interface SignAnswered {
  success: true;
  jobId: string;
  status: 'signed' | 'refused' | 'answering';
  message: string;
}

/** An order. A field may stand once; unknown fields are refused. `null` counts as left out. The wallet that pays is named in exactly one way: `walletPrivateKey`, `sealedWalletKey`, `signerId` or `custody`. */
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
  /** `client`: the user's own wallet signs, once `external_buy_sign_request` asks it to. */
  custody?: 'client' | null;
  /** The address of that wallet; only beside `custody`, and needed there. */
  wallet?: string | null;
  /** Percent, at most 2 decimals; 3 unless given. */
  slippage?: number | null;
  /** SOL, at most 9 decimals and at most `buyAmount`; 0.002, or `buyAmount` where that is less. `auto` pays what others lately paid for the same accounts, and at most `maxPriorityFee`. */
  priorityFee?: number | 'auto' | null;
  /** SOL; only beside `auto`, with the rules and the default of a `priorityFee` in numbers. */
  maxPriorityFee?: number | null;
  /** The venue; `auto` unless given. */
  platform?: 'auto' | 'jupiter' | 'pumpfun' | 'pumpswap' | 'meteora_damm_v2' | 'meteora_dbc' | 'raydium_amm_v4' | 'raydium_cpmm' | 'raydium_launchlab' | null;
  /** Whether a market maker of Jupiter's may sign the transaction after the wallet (JupiterZ). Its prices may be better, and only Jupiter can send it then. False unless given. */
  allowCoSigner?: boolean | null;
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
  /** SOL; the most, where `priority` is `auto`. */
  priorityFee: number;
  priority: 'fixed' | 'auto';
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
