import type { VaultKey, VaultKeyData } from '../generated/access.js';
import type { Started, StartedData } from '../generated/buys.js';
import { sealWalletKey } from '../seal/wallet-key.js';
import { ApiError, ExternalBuyError } from './errors.js';
import type { Http } from './http.js';
import { newId } from './ids.js';
import type { UserOrder } from './order.js';

const FIRST_WAIT_MS = 300;
const ATTEMPTS = 4;

export interface SubmitOptions {
  /** The order's own name: with it the order is taken once, however often it is sent. */
  idempotencyKey?: string | undefined;
  signal?: AbortSignal | undefined;
}

/** What was queued. */
export interface Submitted extends StartedData {
  jobId: string;
  message: string;
}

/** Sends orders; safe to repeat, because each has a name of its own. */
export class Submitting {
  readonly #http: Http;
  readonly #seals: boolean;
  #vaultKey: Promise<VaultKeyData> | undefined;

  constructor(http: Http, seals: boolean) {
    this.#http = http;
    this.#seals = seals;
  }

  /** Send an order until it is answered, at most four times. Throws ExternalBuyError. */
  async submit(order: UserOrder, options: SubmitOptions = {}): Promise<Submitted> {
    const key = options.idempotencyKey ?? newId();
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#send(order, key, options.signal);
      } catch (error) {
        options.signal?.throwIfAborted();
        if (attempt === ATTEMPTS || !this.#helps(error)) throw error;
        const asked = error instanceof ApiError ? error.retryAfterMs : undefined;
        await pause(asked ?? FIRST_WAIT_MS * 2 ** (attempt - 1));
        options.signal?.throwIfAborted();
      }
    }
  }

  /** What to seal keys to; it changes on rotation, and is asked for again then. */
  vaultKey(): Promise<VaultKeyData> {
    this.#vaultKey ??= this.#http.json<VaultKey>('/api/external-buy/vault-key').then(
      ({ data }) => data,
      (error: unknown) => {
        this.#vaultKey = undefined;
        throw error;
      },
    );
    return this.#vaultKey;
  }

  #helps(error: unknown): boolean {
    if (!(error instanceof ExternalBuyError)) return false;
    if (error.code === 'vault_key_changed') {
      this.#vaultKey = undefined;
      return true;
    }
    // A refusal for the caller's own rate is the caller's to see.
    return error.retryable && !(error instanceof ApiError && error.status === 429);
  }

  async #send(order: UserOrder, key: string, signal?: AbortSignal): Promise<Submitted> {
    const body = await this.#sealed(order);
    const headers = { 'Idempotency-Key': key };
    const asked = { method: 'POST' as const, body, headers, signal };
    const { jobId, message, data } = await this.#http.json<Started>('/api/external-buy/start', asked);
    return { ...data, jobId, message };
  }

  async #sealed({ walletPrivateKey, ...order }: UserOrder): Promise<object> {
    if (walletPrivateKey === undefined) return order;
    if (!this.#seals) {
      const plain = walletPrivateKey instanceof Uint8Array ? [...walletPrivateKey] : walletPrivateKey;
      return { ...order, walletPrivateKey: plain };
    }
    // Sealed anew each time: the service takes a reference once.
    const purpose = { userId: order.userId, reference: newId() };
    const sealedWalletKey = await sealWalletKey(await this.vaultKey(), walletPrivateKey, purpose);
    return { ...order, sealedWalletKey };
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
