// Generated from the OpenAPI document by `just types`. Do not edit.

/** What looks like abuse in the last day. */
export interface Abuse {
  success: true;
  data: AbuseData;
}

/** At most 50 of each, the worst first. */
export interface AbuseData {
  /** RFC 3339. */
  since: string;
  refusals: RefusedOften[];
  manyWallets: ManyWallets[];
  cancels: CancelsOften[];
}

/** A user that cancels. */
export interface CancelsOften {
  userId: string;
  buys: number;
  cancelled: number;
  /** Of its buys. */
  ratio: number;
}

/** A user that pays from many wallets. */
export interface ManyWallets {
  userId: string;
  wallets: number;
  buys: number;
}

/** How often somebody was refused on a UTC day. */
export interface RefusedOften {
  day: string;
  kind: string;
  subject: string;
  count: number;
}

/** A token was made. */
export interface Token {
  success: true;
  data: TokenData;
}

/** A short-lived token, for a browser. */
export interface TokenData {
  token: string;
  /** Unix time in ms. */
  expiresAt: number;
  userId: string | null;
  /** Null for a token that is not for one job. */
  jobId: string | null;
  scopes: ('submit' | 'read' | 'cancel' | 'webhooks' | 'admin')[];
}

/** What a token is for: a user, a job, or the caller's own user. */
export interface TokenRequest {
  userId?: string | null;
  jobId?: string | null;
  /** Never more than the caller has; `webhooks` and `admin` are not given. */
  scopes?: ('submit' | 'read' | 'cancel' | 'webhooks' | 'admin')[];
  ttlSeconds?: number;
}

/** The vault's public key; it changes on rotation. */
export interface VaultKey {
  success: true;
  data: VaultKeyData;
}

/** What to seal a wallet key to, and how: HPKE, RFC 9180. */
export interface VaultKeyData {
  keyId: string;
  /** Base64. */
  publicKey: string;
  suite: string;
  info: string;
}
