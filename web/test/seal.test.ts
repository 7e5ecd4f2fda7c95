// @vitest-environment node
import { describe, expect, test } from 'vitest';
import { fromBase58, toBase58 } from '../src/seal/base58.js';
import { concat } from '../src/seal/bytes.js';
import { chacha20 } from '../src/seal/chacha20.js';
import { seal } from '../src/seal/hpke.js';
import { encrypt, poly1305 } from '../src/seal/poly1305.js';
import { sealWalletKey, walletOf } from '../src/seal/wallet-key.js';

const hex = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

test('ChaCha20 makes the text of RFC 8439, section 2.4.2', () => {
  const key = hex('000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f');
  const text = new TextEncoder().encode(
    "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.",
  );
  expect(toHex(chacha20(key, 1, hex('000000000000004a00000000'), text))).toBe(
    '6e2e359a2568f98041ba0728dd0d6981e97e7aec1d4360c20a27afccfd9fae0bf91b65c5524733ab8f593dabcd62b3571639d624e65152ab8f530c359f0861d807ca0dbf500d6a6156a38e088a22b65e52bc514d16ccf806818ce91ab77937365af90bbf74a35be6b40b8eedf2785e42874d',
  );
});

test('Poly1305 makes the tag of RFC 8439, section 2.5.2', () => {
  const key = hex('85d6be7857556d337f4452fe42d506a80103808afb0db2fd4abff6af4149f51b');
  const message = new TextEncoder().encode('Cryptographic Forum Research Group');
  expect(toHex(poly1305(key, message))).toBe('a8061dc1305136c6c22b8baf0c0127a9');
});

test('the two together agree with OpenSSL, for texts of many lengths', async () => {
  const { createCipheriv, randomBytes } = await import('node:crypto');
  for (const length of [0, 1, 15, 16, 17, 63, 64, 65, 300]) {
    const [key, nonce, text] = [randomBytes(32), randomBytes(12), randomBytes(length)];
    const cipher = createCipheriv('chacha20-poly1305', key, nonce, { authTagLength: 16 });
    const expected = Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()]);
    expect(toHex(encrypt(key, nonce, text))).toBe(expected.toString('hex'));
  }
});

test('HPKE makes the first ciphertext of RFC 9180, appendix A.2.1, without its associated data', async () => {
  const url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
  const pkE = hex('1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a');
  const skE = hex('f4ec9b33b792c372c1d2c2063507b684ef925b8c75a42dbcbf57d63ccd381600');
  const jwk = { kty: 'OKP', crv: 'X25519', x: url(pkE) };
  const pair = {
    publicKey: await crypto.subtle.importKey('raw', pkE, 'X25519', true, []),
    privateKey: await crypto.subtle.importKey('jwk', { ...jwk, d: url(skE) }, 'X25519', false, ['deriveBits']),
  };
  const publicKey = hex('4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a');
  const info = hex('4f6465206f6e2061204772656369616e2055726e');
  const text = new TextEncoder().encode('Beauty is truth, truth beauty');
  const sealed = await seal(publicKey, info, text, pair);
  expect(toHex(sealed.subarray(0, 32))).toBe(toHex(pkE));
  // The RFC's key and nonce; its ciphertext has other data authenticated, so only the tag differs.
  const key = hex('ad2744de8e17f4ebba575b3f5f5a8fa1f69c2a07f6e7500bc60ca6e3e3ec1c91');
  expect(toHex(sealed.subarray(32))).toBe(toHex(encrypt(key, hex('5c4d98150661b848853b547f'), text)));
  const rfc = '1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28';
  expect(toHex(sealed.subarray(32, 61))).toBe(rfc.slice(0, 58));
});

test('base 58 goes both ways, with leading zeros', () => {
  for (const bytes of [hex(''), hex('00'), hex('0000ff01'), hex('ffffffff')]) {
    expect(fromBase58(toBase58(bytes))).toEqual(bytes);
  }
  expect(toBase58(new Uint8Array(32))).toBe('1'.repeat(32));
  expect(fromBase58('0OIl')).toBeUndefined();
});

describe('a wallet key', () => {
  const keypair = concat(new Uint8Array(32).fill(7), new Uint8Array(32).fill(9));
  const vaultKey = { keyId: 'x', publicKey: Buffer.alloc(32, 9).toString('base64'), suite: '', info: '' };
  const purpose = { userId: 'user123', reference: 'reference-1' };

  test('is read in base 58, as numbers and as a file of numbers', () => {
    const address = toBase58(keypair.subarray(32));
    for (const key of [toBase58(keypair), [...keypair], keypair, JSON.stringify([...keypair])]) {
      expect(walletOf(key)).toBe(address);
    }
  });

  test('that is none is refused without being repeated', () => {
    for (const key of ['short', '[1, 2', [1, 2, 3], toBase58(keypair.subarray(32))]) {
      expect(() => walletOf(key)).toThrow(/64 bytes/);
    }
  });

  test('is not sealed with a suite that we do not know', async () => {
    await expect(sealWalletKey({ ...vaultKey, suite: 'ROT13' }, keypair, purpose)).rejects.toThrow('ROT13');
  });
});
