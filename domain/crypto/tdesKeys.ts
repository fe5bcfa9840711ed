import type { ByteSource } from './drbg.ts';

/** One key of DES; the lowest bit of each of its octets is for parity. */
const DES_KEY_SIZE = 8;
const PARITY = 0xff ^ 1;

/** The octets that the weak keys of DES are made of, by halves of a key, without parity. */
const FIRST_HALF = [0x00, 0x1e, 0xe0, 0xfe];
const SECOND_HALF = [0x00, 0x0e, 0xf0, 0xfe];

/**
 * The 64 weak, semi-weak and possibly weak keys of DES, without parity: three octets are free, and
 * the fourth and the other half follow from them. SP 800-67, 3.3.2 Weak Keys
 */
const WEAK_KEYS: readonly Uint8Array[] = Array.from({ length: 64 }, (_, number) => {
  const [a, b, c] = [number >> 4, (number >> 2) & 3, number & 3];
  const choice = [a, b, c, a ^ b ^ c];
  return Uint8Array.from([
    ...choice.map((i) => FIRST_HALF[i]!),
    ...choice.map((i) => SECOND_HALF[i]!),
  ]);
});

/**
 * A key of TDES, of 16 or 24 octets, from a source: odd parity in every octet, and drawn again
 * while it is weak. SP 800-67, 3.3.1 Key Requirements
 */
export function tdesKeyFrom(source: ByteSource, size: number): Uint8Array {
  for (;;) {
    const key = source(size).slice();
    for (let i = 0; i < size; i += 1) key[i] = withOddParity(key[i]!);
    if (!isTdesKeyWeak(key)) return key;
  }
}

/**
 * True when one of the keys in a key of TDES is weak, or two neighbours are the same; parity does
 * not matter. The time tells nothing but the answer. SP 800-67, 3.3.2 Weak Keys
 */
export function isTdesKeyWeak(key: Uint8Array): boolean {
  let found = 0;
  for (let at = 0; at < key.length; at += DES_KEY_SIZE) {
    const one = key.subarray(at, at + DES_KEY_SIZE);
    for (const weak of WEAK_KEYS) found |= isSame(one, weak);
    if (at > 0) found |= isSame(one, key.subarray(at - DES_KEY_SIZE, at));
  }
  return found === 1;
}

/** 1 when two keys of DES are the same but for parity, 0 when not. */
function isSame(a: Uint8Array, b: Uint8Array): number {
  let different = 0;
  for (let i = 0; i < DES_KEY_SIZE; i += 1) different |= (a[i]! ^ b[i]!) & PARITY;
  return ((different - 1) >>> 31) & 1;
}

function withOddParity(octet: number): number {
  let bits = octet >> 1;
  bits ^= bits >> 4;
  bits ^= bits >> 2;
  bits ^= bits >> 1;
  return (octet & PARITY) | (~bits & 1);
}
