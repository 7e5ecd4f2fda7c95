import { SealingError } from '../client/errors.js';
import type { VaultKeyData } from '../generated/access.js';
import type { SealedWalletKey } from '../generated/buys.js';
import { fromBase58, toBase58 } from './base58.js';
import { fromBase64, toBase64, utf8 } from './bytes.js';
import { SUITE, seal } from './hpke.js';

/** A whole keypair: 64 bytes, in base 58 or as numbers. */
export type WalletKey = string | readonly number[] | Uint8Array;

/** What a key is sealed for: it opens for no other user and no other order. */
export interface SealedFor {
  userId: string;
  /** The client's own name for this order: 8 to 40 letters, digits, `_` or `-`. */
  reference: string;
}

/** Answer the address of a keypair. Throws SealingError if it is none; the text never repeats it. */
export function walletOf(key: WalletKey): string {
  return toBase58(keypairOf(key).subarray(32));
}

/**
 * Seal a wallet's keypair to the service's public key, so that only a worker can open it.
 * Throws SealingError where the keypair is none or this browser has no X25519.
 */
export async function sealWalletKey(
  vaultKey: VaultKeyData, key: WalletKey, { userId, reference }: SealedFor,
): Promise<SealedWalletKey> {
  if (vaultKey.suite !== SUITE) throw new SealingError(`cannot seal with ${vaultKey.suite}`);
  const keypair = keypairOf(key);
  const wallet = toBase58(keypair.subarray(32));
  const parts: Record<string, string> = { keyId: vaultKey.keyId, wallet, reference, userId };
  const info = vaultKey.info.replace(/\{(\w+)\}/g, (_, name: string) => parts[name] ?? '');
  try {
    const sealed = await seal(fromBase64(vaultKey.publicKey), utf8(info), keypair);
    return { keyId: vaultKey.keyId, ciphertext: toBase64(sealed), wallet, reference };
  } catch (error) {
    const text = 'this browser cannot seal a wallet key: it needs X25519 on a private page';
    throw new SealingError(text, { cause: error });
  } finally {
    keypair.fill(0);
  }
}

function keypairOf(key: WalletKey): Uint8Array {
  const bytes = typeof key === 'string' ? textKey(key.trim()) : Uint8Array.from(key);
  if (bytes?.length !== 64) {
    throw new SealingError('a wallet key is its whole keypair: 64 bytes, in base 58 or as numbers');
  }
  return bytes;
}

function textKey(text: string): Uint8Array | undefined {
  if (!text.startsWith('[')) return fromBase58(text);
  try {
    const numbers: unknown = JSON.parse(text);
    return Array.isArray(numbers) ? Uint8Array.from(numbers as number[]) : undefined;
  } catch {
    return undefined;
  }
}
