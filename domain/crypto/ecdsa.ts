import { COORDINATE_SIZE, type EccCurve } from '../structures/eccCurve.ts';
import { CURVES } from './curves.ts';
import { eccPublicFromPrivate, eccPublicSum } from './ecc.ts';
import type { EccPoint } from './eccPoint.ts';
import { bitLength, modularInverse, toInteger, toOctets } from './integers.ts';
import { maskOf, masked, privateScalar } from './scalars.ts';

/** A signature of two numbers, both padded to the size of the curve. */
export type EccSignature = { readonly r: Uint8Array; readonly s: Uint8Array };

/**
 * The signature of a digest with the secret number k, from 1 to n - 1, drawn for this signature
 * alone. Null when k gives none and another one is to be drawn. FIPS 186-4, 6.4 ECDSA
 */
export function ecdsaSign(
  curve: EccCurve,
  d: Uint8Array,
  digest: Uint8Array,
  k: Uint8Array,
): EccSignature | null {
  const { n } = CURVES[curve];
  const size = COORDINATE_SIZE[curve];
  if (privateScalar(curve, k) === null) return null;
  const r = toInteger(eccPublicFromPrivate(curve, k).x) % n;
  // s = (z + r d) / k with everything secret multiplied by a number nobody knows.
  const mask = maskOf(curve, k, d);
  const sum = mask * truncated(digest, n) + r * masked(curve, mask, d);
  const s = (sum * modularInverse(masked(curve, mask, k), n)!) % n;
  return r === 0n || s === 0n ? null : { r: toOctets(r, size), s: toOctets(s, size) };
}

/**
 * Whether (r, s) is a signature of the digest by the key. False for anything out of range and for
 * keys not on the curve. FIPS 186-4, 6.4 ECDSA
 */
export function ecdsaVerify(
  curve: EccCurve,
  key: EccPoint,
  digest: Uint8Array,
  signature: EccSignature,
): boolean {
  const { n } = CURVES[curve];
  const numbers = signatureNumbers(curve, signature);
  if (numbers === null) return false;
  const { r, s } = numbers;
  const inverse = modularInverse(s, n)!;
  const u = (truncated(digest, n) * inverse) % n;
  const sum = eccPublicSum(curve, u, (r * inverse) % n, key);
  return sum !== null && toInteger(sum.x) % n === r;
}

/** The numbers of a signature; null unless both are from 1 to n - 1. */
export function signatureNumbers(
  curve: EccCurve,
  signature: EccSignature,
): { readonly r: bigint; readonly s: bigint } | null {
  const { n } = CURVES[curve];
  const [r, s] = [toInteger(signature.r), toInteger(signature.s)];
  return r === 0n || r >= n || s === 0n || s >= n ? null : { r, s };
}

// As many leading bits as the order has. FIPS 186-4, 6.4 ECDSA
function truncated(digest: Uint8Array, n: bigint): bigint {
  const surplus = digest.length * 8 - bitLength(n);
  const value = toInteger(digest);
  return surplus > 0 ? value >> BigInt(surplus) : value;
}
