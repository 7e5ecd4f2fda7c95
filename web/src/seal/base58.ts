const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

/** Write bytes in base 58, as Solana writes addresses and keys. */
export function toBase58(bytes: Uint8Array): string {
  const digits: number[] = [];
  for (const byte of bytes) {
    let carry = byte;
    for (let place = 0; place < digits.length; place += 1) {
      carry += digits[place]! * 256;
      digits[place] = carry % 58;
      carry = Math.floor(carry / 58);
    }
    for (; carry > 0; carry = Math.floor(carry / 58)) digits.push(carry % 58);
  }
  const zeros = bytes.findIndex((byte) => byte !== 0);
  const leading = '1'.repeat(zeros === -1 ? bytes.length : zeros);
  return leading + digits.reverse().map((digit) => ALPHABET[digit]).join('');
}

/** Read base 58, or undefined if it is none. */
export function fromBase58(text: string): Uint8Array | undefined {
  const bytes: number[] = [];
  for (const letter of text) {
    let carry = ALPHABET.indexOf(letter);
    if (carry < 0) return undefined;
    for (let place = 0; place < bytes.length; place += 1) {
      carry += bytes[place]! * 58;
      bytes[place] = carry & 255;
      carry >>= 8;
    }
    for (; carry > 0; carry >>= 8) bytes.push(carry & 255);
  }
  const leading = /^1*/.exec(text)![0].length;
  return Uint8Array.from([...Array<number>(leading).fill(0), ...bytes.reverse()]);
}
