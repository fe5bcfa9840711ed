import { COORDINATE_SIZE, type EccCurve } from '../structures/eccCurve.ts';
import { concat, padLeft } from '../structures/octets.ts';
import { CURVES } from './curves.ts';
import { hmac } from './hash.ts';
import { modularInverse, modulo, toInteger, toOctets } from './integers.ts';

const ONE = new Uint8Array([1]);

/**
 * A private scalar, from 1 to n - 1, out of random octets; at least 8 more than the curve's size,
 * or the result would be biased. FIPS 186-4, B.4.1 Key Pair Generation Using Extra Random Bits
 */
export function scalarFromRandom(curve: EccCurve, octets: Uint8Array): Uint8Array {
  const size = COORDINATE_SIZE[curve];
  if (octets.length < size + 8) throw new Error('a scalar needs 8 extra random octets');
  return toOctets((toInteger(octets) % (CURVES[curve].n - 1n)) + 1n, size);
}

/**
 * Whether the octets spell a private scalar, a number from 1 to n - 1. The time tells nothing else
 * about it.
 */
export function isPrivateScalar(curve: EccCurve, d: Uint8Array): boolean {
  return privateScalar(curve, d) !== null;
}

/**
 * The scalar in the octets of the curve, or null when it is not from 1 to n - 1. No branch depends
 * on anything but that.
 */
export function privateScalar(curve: EccCurve, d: Uint8Array): Uint8Array | null {
  const size = COORDINATE_SIZE[curve];
  const order = toOctets(CURVES[curve].n, size);
  const scalar = new Uint8Array(size);
  let [excess, some, borrow] = [0, 0, 0];
  for (let i = 1; i <= Math.max(size, d.length); i += 1) {
    const octet = i <= d.length ? d[d.length - i]! : 0;
    if (i > size) {
      excess |= octet;
      continue;
    }
    scalar[size - i] = octet;
    some |= octet;
    borrow = (octet - order[size - i]! - borrow) >>> 31;
  }
  return excess === 0 && some !== 0 && borrow === 1 ? scalar : null;
}

/** The scalar one larger, in as many octets. */
export function incremented(scalar: Uint8Array): Uint8Array {
  const next = scalar.slice();
  let carry = 1;
  for (let i = next.length - 1; i >= 0; i -= 1) {
    carry += next[i]!;
    next[i] = carry & 0xff;
    carry >>= 8;
  }
  return next;
}

/**
 * A number to multiply secrets with before big integers work on them, since the time of those, and
 * above all of an inverse, tells about them. It is as fresh as the one-time secret k is.
 */
export function maskOf(curve: EccCurve, k: Uint8Array, d: Uint8Array): bigint {
  const octets = concat(hmac('SHA512', k, d), hmac('SHA384', k));
  return toInteger(scalarFromRandom(curve, octets));
}

/**
 * A secret times a mask modulo n. The time of big integers tells how many digits they have: with a
 * 1 in front of its octets every secret number has as many as any other.
 */
export function masked(curve: EccCurve, mask: bigint, secret: Uint8Array): bigint {
  const { n } = CURVES[curve];
  const size = COORDINATE_SIZE[curve];
  const one = 1n << BigInt(8 * size);
  const wide = toInteger(concat(ONE, padLeft(secret, size))) + modulo(-one, n);
  return (mask * wide) % n;
}

/** The secret sum k + t d modulo n, where k is used this once and t is known to everybody. */
export function secretSum(curve: EccCurve, k: Uint8Array, t: bigint, d: Uint8Array): bigint {
  const { n } = CURVES[curve];
  const mask = maskOf(curve, k, d);
  const sum = masked(curve, mask, k) + t * masked(curve, mask, d);
  return ((sum % n) * modularInverse(mask, n)!) % n;
}
