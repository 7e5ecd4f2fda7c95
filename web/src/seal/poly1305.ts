import { chacha20 } from './chacha20.js';
import { concat } from './bytes.js';

const PRIME = (1n << 130n) - 5n;
const CLAMP = 0x0ffffffc0ffffffc0ffffffc0fffffffn;

/** Poly1305, RFC 8439 section 2.5. `key`: 32 bytes, for one message. */
export function poly1305(key: Uint8Array, message: Uint8Array): Uint8Array {
  const r = number(key.subarray(0, 16)) & CLAMP;
  let sum = 0n;
  for (let at = 0; at < message.length; at += 16) {
    const part = message.subarray(at, at + 16);
    sum = ((sum + number(part) + (1n << BigInt(8 * part.length))) * r) % PRIME;
  }
  return littleEndian(sum + number(key.subarray(16)), 16);
}

/** ChaCha20-Poly1305 without associated data, RFC 8439 section 2.8: text, then a tag of 16. */
export function encrypt(key: Uint8Array, nonce: Uint8Array, text: Uint8Array): Uint8Array {
  const ciphertext = chacha20(key, 1, nonce, text);
  const once = chacha20(key, 0, nonce, new Uint8Array(32));
  const padding = new Uint8Array((16 - (ciphertext.length % 16)) % 16);
  const lengths = concat(littleEndian(0n, 8), littleEndian(BigInt(ciphertext.length), 8));
  return concat(ciphertext, poly1305(once, concat(ciphertext, padding, lengths)));
}

function number(bytes: Uint8Array): bigint {
  return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

function littleEndian(value: bigint, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => Number((value >> BigInt(8 * i)) & 255n));
}
