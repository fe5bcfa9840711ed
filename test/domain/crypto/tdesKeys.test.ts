import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { isTdesKeyWeak, tdesKeyFrom } from '../../../domain/crypto/tdesKeys.ts';
import { concat, fromHex } from '../../../domain/structures/octets.ts';

const GOOD = fromHex('0123456789abcdef');
const OTHER = fromHex('1023456789abcdee');

/** SP 800-67, 3.3.2 Weak Keys: the weak and semi-weak ones, and some that are possibly weak. */
const WEAK = [
  '0101010101010101 fefefefefefefefe e0e0e0e0f1f1f1f1 1f1f1f1f0e0e0e0e',
  '011f011f010e010e 1f011f010e010e01 01e001e001f101f1 e001e001f101f101',
  '01fe01fe01fe01fe fe01fe01fe01fe01 1fe01fe00ef10ef1 e01fe01ff10ef10e',
  '1ffe1ffe0efe0efe fe1ffe1ffe0efe0e e0fee0fef1fef1fe fee0fee0fef1fef1',
  '01011f1f01010e0e e0fe011ff1fe010e 1fe001fe0ef101fe fefee0e0fefef1f1',
  'e0e00101f1f10101 1f01fee00e01fef1 fee0e0fefef1f1fe 01fefe0101fefe01',
].flatMap((line) => line.split(' '));

test.each(WEAK)('%s is weak wherever it stands, whatever its parity', (hex) => {
  const weak = fromHex(hex);
  const even = weak.map((octet) => octet ^ 1);
  for (const one of [weak, even]) {
    expect(isTdesKeyWeak(concat(one, GOOD))).toBe(true);
    expect(isTdesKeyWeak(concat(GOOD, one))).toBe(true);
    expect(isTdesKeyWeak(concat(GOOD, OTHER, one))).toBe(true);
  }
});

test('neighbours must differ, the first and the third may be the same', () => {
  expect(isTdesKeyWeak(concat(GOOD, OTHER))).toBe(false);
  expect(isTdesKeyWeak(concat(GOOD, OTHER, GOOD))).toBe(false);
  expect(isTdesKeyWeak(concat(GOOD, GOOD))).toBe(true);
  expect(isTdesKeyWeak(concat(OTHER, GOOD, GOOD))).toBe(true);
  expect(
    isTdesKeyWeak(
      concat(
        GOOD,
        GOOD.map((octet) => octet ^ 1),
      ),
    ),
  ).toBe(true);
});

test('just 64 keys of all that have their octets from the weak ones are weak', () => {
  const firsts = [0x01, 0x1f, 0xe0, 0xfe];
  const seconds = [0x01, 0x0e, 0xf1, 0xfe];
  let weak = 0;
  for (let number = 0; number < 4 ** 8; number += 1) {
    const choice = Array.from({ length: 8 }, (_, i) => (number >> (2 * i)) & 3);
    const key = choice.map((i, at) => (at < 4 ? firsts[i]! : seconds[i]!));
    if (isTdesKeyWeak(concat(GOOD, Uint8Array.from(key)))) weak += 1;
  }
  expect(weak).toBe(64);
}, 60_000);

test('keys that are made have odd parity, and a weak draw is drawn again', () => {
  const draws = [concat(GOOD, GOOD), concat(fromHex(WEAK[0]!), OTHER), concat(GOOD, OTHER)];
  let drawn = 0;
  const key = tdesKeyFrom(() => draws[drawn++]!, 16);
  expect(drawn).toBe(3);
  expect(isTdesKeyWeak(key)).toBe(false);
  let count = 0;
  const source = (size: number): Uint8Array =>
    createHash('sha256').update(`${++count}`).digest().subarray(0, size);
  for (const size of [16, 24]) {
    const made = tdesKeyFrom(source, size);
    const bits = [...made].map((octet) => octet.toString(2).replaceAll('0', '').length % 2);
    expect(bits).toEqual(Array(size).fill(1));
  }
});
