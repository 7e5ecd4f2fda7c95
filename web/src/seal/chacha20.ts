/** ChaCha20, RFC 8439 section 2.4. `key`: 32 bytes, `nonce`: 12 bytes. */
export function chacha20(
  key: Uint8Array, counter: number, nonce: Uint8Array, text: Uint8Array,
): Uint8Array {
  const state = new Uint32Array(16);
  state.set([0x61707865, 0x3320646e, 0x79622d32, 0x6b206574]);
  state.set(words(key), 4);
  state.set(words(nonce), 13);
  const out = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at += 64) {
    state[12] = counter + at / 64;
    const stream = block(state);
    const length = Math.min(64, text.length - at);
    for (let i = 0; i < length; i += 1) out[at + i] = text[at + i]! ^ stream[i]!;
  }
  return out;
}

function words(bytes: Uint8Array): Uint32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Uint32Array.from({ length: bytes.length / 4 }, (_, i) => view.getUint32(i * 4, true));
}

function block(state: Uint32Array): Uint8Array {
  const mixed = state.slice();
  for (let round = 0; round < 10; round += 1) {
    for (let i = 0; i < 4; i += 1) quarter(mixed, i, i + 4, i + 8, i + 12);
    for (let i = 0; i < 4; i += 1) {
      quarter(mixed, i, 4 + ((i + 1) % 4), 8 + ((i + 2) % 4), 12 + ((i + 3) % 4));
    }
  }
  const bytes = new DataView(new ArrayBuffer(64));
  // NB: a sum of two words wraps where setUint32 takes it.
  mixed.forEach((word, i) => bytes.setUint32(i * 4, word + state[i]!, true));
  return new Uint8Array(bytes.buffer);
}

function quarter(x: Uint32Array, a: number, b: number, c: number, d: number): void {
  half(x, a, b, d, 16);
  half(x, c, d, b, 12);
  half(x, a, b, d, 8);
  half(x, c, d, b, 7);
}

function half(x: Uint32Array, sum: number, added: number, turned: number, by: number): void {
  x[sum]! += x[added]!;
  const mixed = x[turned]! ^ x[sum]!;
  x[turned] = (mixed << by) | (mixed >>> (32 - by));
}
