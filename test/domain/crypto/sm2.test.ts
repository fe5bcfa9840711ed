import { describe, expect, it } from 'vitest';
import { CURVES } from '../../../domain/crypto/curves.ts';
import { eccPublicFromPrivate } from '../../../domain/crypto/ecc.ts';
import { modularInverse, modulo, toInteger, toOctets } from '../../../domain/crypto/integers.ts';
import { sm2Sign, sm2Verify } from '../../../domain/crypto/sm2.ts';

const CURVE = 'SM2_P256';
const { n } = CURVES[CURVE];
const octets = (value: bigint): Uint8Array => toOctets(value, 32);
const [D, K] = [0x1234567890abcdefn, 0xfedcba0987654321n];
const [d, k] = [octets(D), octets(K)];
const xOfK = toInteger(eccPublicFromPrivate(CURVE, k).x);
const digest = octets(99n);

/** The digest for which r comes out as a number. */
function digestFor(r: bigint): Uint8Array {
  return octets(modulo(r - xOfK, n));
}

describe('sm2Sign', () => {
  it('is what the formula gives, without a mask', () => {
    const { r, s } = sm2Sign(CURVE, d, digest, k)!;
    const expected = (99n + xOfK) % n;
    expect(toInteger(r)).toBe(expected);
    const inverse = modularInverse(1n + D, n)!;
    expect(toInteger(s)).toBe(modulo((K - expected * D) * inverse, n));
  });

  it('answers null where the standard asks for another number', () => {
    expect(sm2Sign(CURVE, d, digestFor(0n), k)).toBeNull();
    expect(sm2Sign(CURVE, d, digestFor(n - K), k)).toBeNull();
    const forZeroS = modulo(K * modularInverse(D, n)!, n);
    expect(sm2Sign(CURVE, d, digestFor(forZeroS), k)).toBeNull();
    for (const number of [0n, n]) expect(sm2Sign(CURVE, d, digest, octets(number))).toBeNull();
  });

  it('answers null for the key n - 1, to which 1 cannot be added', () => {
    expect(sm2Sign(CURVE, octets(n - 1n), digest, k)).toBeNull();
    expect(sm2Sign(CURVE, octets(n - 2n), digest, k)).not.toBeNull();
  });

  it('takes digests that are longer than the curve, as the numbers that they are', () => {
    const long = new Uint8Array(64).fill(0xff);
    const signature = sm2Sign(CURVE, d, long, k)!;
    expect(toInteger(signature.r)).toBe((toInteger(long) + xOfK) % n);
    expect(sm2Verify(CURVE, eccPublicFromPrivate(CURVE, d), long, signature)).toBe(true);
  });
});

describe('sm2Verify', () => {
  const key = eccPublicFromPrivate(CURVE, d);
  const { r, s } = sm2Sign(CURVE, d, digest, k)!;

  it('refuses every changed octet', () => {
    for (let i = 0; i < 32; i += 1) {
      const flip = (value: Uint8Array): Uint8Array => value.with(i, value[i]! ^ 0x10);
      expect(sm2Verify(CURVE, key, digest, { r: flip(r), s })).toBe(false);
      expect(sm2Verify(CURVE, key, digest, { r, s: flip(s) })).toBe(false);
      expect(sm2Verify(CURVE, key, flip(digest), { r, s })).toBe(false);
    }
  });

  it('refuses numbers that are zero, too large, or opposite', () => {
    const zero = octets(0n);
    for (const signature of [
      { r: zero, s },
      { r, s: zero },
      { r: octets(n), s },
      { r, s: toOctets(toInteger(s) + n, 33) },
      { r, s: octets(n - toInteger(r)) },
    ]) {
      expect(sm2Verify(CURVE, key, digest, signature)).toBe(false);
    }
  });
});
