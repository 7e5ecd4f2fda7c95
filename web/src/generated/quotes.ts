// Generated from the OpenAPI document by `just types`. Do not edit.

/** What a buy would be now. */
export interface Quote {
  success: true;
  data: QuoteView;
}

/** What to price. Unknown fields are refused; `null` counts as left out. Never send a key. */
export interface QuoteRequest {
  /** The mint of the token: 32 bytes in base 58. */
  tokenAddress: string;
  /** SOL: at most 9 decimals, a number and not a string. */
  buyAmount: number;
  /** Percent, at most 2 decimals; 3 unless given. */
  slippage?: number | null;
  /** SOL, at most 9 decimals and at most `buyAmount`; 0.002, or `buyAmount` where that is less. `auto` pays what others lately paid for the same accounts, and at most `maxPriorityFee`. */
  priorityFee?: number | 'auto' | null;
  /** SOL; only beside `auto`, with the rules and the default of a `priorityFee` in numbers. */
  maxPriorityFee?: number | null;
  /** The venue; `auto` unless given. */
  platform?: 'auto' | 'jupiter' | 'pumpfun' | 'pumpswap' | 'meteora_damm_v2' | 'meteora_dbc' | 'raydium_amm_v4' | 'raydium_cpmm' | 'raydium_launchlab' | null;
  /** The address that would pay: accounts that it has cost no rent. */
  wallet?: string | null;
}

/** `data` of the quote route. A quote binds nobody: a price lasts as long as its block. */
export interface QuoteView {
  tokenAddress: string;
  /** SOL. */
  buyAmount: number;
  lamports: string;
  /** Percent. */
  slippage: number;
  /** The venue that would be bought from. */
  platform: string;
  /** Why this one. */
  reason: string;
  /** Base units of the token. */
  expectedOut: string;
  /** What the slippage allows at the least; base units. */
  minimumOut: string;
  /** Percent by which the buy itself moves the price; absent where the venue does not say. */
  priceImpact?: number;
  fees: QuotedFees;
  /** Every place where the token was seen to trade, the chosen one first. */
  candidates: SeenVenue[];
}

/** What a buy costs beside its price. */
export interface QuotedFees {
  networkLamports: string;
  /** At most. */
  priorityLamports: string;
  /** For accounts that the buy opens; a wallet gets it back when it closes them. */
  rentLamports: string;
  tipLamports: string;
  /** The venue's own fees together; they are within the price. */
  venuePercent: number;
}

/** A place where the token was seen to trade. */
export interface SeenVenue {
  platform: string;
  pool: string;
  /** `open`, `migrating` or `closed`. */
  standing: string;
  /** The SOL side of its reserves. */
  depthLamports: string;
  reason: string;
}
