import { type Bytes, concat, utf8 } from './bytes.js';
import { encrypt } from './poly1305.js';

/** The one suite that the service takes. */
export const SUITE = 'HPKE-X25519-HKDF-SHA256-ChaCha20Poly1305';

const KEM = concat(utf8('KEM'), Uint8Array.of(0x00, 0x20));
const HPKE = concat(utf8('HPKE'), Uint8Array.of(0x00, 0x20, 0x00, 0x01, 0x00, 0x03));
const NOTHING: Bytes = new Uint8Array(0);

/**
 * Seal a text to a public key for a purpose: HPKE (RFC 9180) in base mode.
 * Answers the encapsulated key (32 bytes), then the ciphertext with its tag (16 more than the text).
 * Throws whatever WebCrypto throws where it has no X25519. `pair` is for the RFC's vectors alone.
 */
export async function seal(
  publicKey: Bytes, info: Bytes, text: Uint8Array, pair?: CryptoKeyPair,
): Promise<Bytes> {
  const own = pair ?? ((await crypto.subtle.generateKey('X25519', false, ['deriveBits'])) as CryptoKeyPair);
  const peer = await crypto.subtle.importKey('raw', publicKey, 'X25519', true, []);
  const encapsulated = new Uint8Array(await crypto.subtle.exportKey('raw', own.publicKey));
  const agreed = await crypto.subtle.deriveBits({ name: 'X25519', public: peer }, own.privateKey, 256);
  const shared = await sharedSecret(new Uint8Array(agreed), concat(encapsulated, publicKey));
  const { key, nonce } = await schedule(shared, info);
  return concat(encapsulated, encrypt(key, nonce, text));
}

async function sharedSecret(agreed: Bytes, context: Bytes): Promise<Bytes> {
  const prk = await extract(KEM, NOTHING, 'eae_prk', agreed);
  return expand(KEM, prk, 'shared_secret', context, 32);
}

async function schedule(shared: Bytes, info: Bytes): Promise<{ key: Bytes; nonce: Bytes }> {
  const pskHash = await extract(HPKE, NOTHING, 'psk_id_hash', NOTHING);
  const infoHash = await extract(HPKE, NOTHING, 'info_hash', info);
  const context = concat(Uint8Array.of(0), pskHash, infoHash);
  const secret = await extract(HPKE, shared, 'secret', NOTHING);
  const key = await expand(HPKE, secret, 'key', context, 32);
  return { key, nonce: await expand(HPKE, secret, 'base_nonce', context, 12) };
}

/** LabeledExtract, RFC 9180 section 4. */
function extract(suite: Bytes, salt: Bytes, label: string, material: Bytes): Promise<Bytes> {
  return hmac(salt, concat(utf8('HPKE-v1'), suite, utf8(label), material));
}

/** LabeledExpand, RFC 9180 section 4, of at most one block. */
async function expand(
  suite: Bytes, key: Bytes, label: string, info: Bytes, length: number,
): Promise<Bytes> {
  const size = Uint8Array.of(length >> 8, length & 255);
  const labelled = concat(size, utf8('HPKE-v1'), suite, utf8(label), info, Uint8Array.of(1));
  return (await hmac(key, labelled)).slice(0, length);
}

async function hmac(key: Bytes, message: Bytes): Promise<Bytes> {
  // WebCrypto takes no empty key; HMAC pads with zeros, so a zero byte is the same key.
  const raw = key.length ? key : new Uint8Array(1);
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const imported = await crypto.subtle.importKey('raw', raw, algorithm, false, ['sign']);
  return new Uint8Array(await crypto.subtle.sign('HMAC', imported, message));
}
