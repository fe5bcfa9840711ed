import { COORDINATE_SIZE, type EccCurve } from '../structures/eccCurve.ts';
import { CURVES } from './curves.ts';
import { eccPublicFromPrivate, eccPublicSum } from './ecc.ts';
import type { EccPoint } from './eccPoint.ts';
import { signatureNumbers, type EccSignature } from './ecdsa.ts';
import { modularInverse, modulo, toInteger, toOctets } from './integers.ts';
import { maskOf, masked, privateScalar } from './scalars.ts';

/**
 * The SM2 signature of a digest, into which the signer's identity was hashed by whoever made it,
 * with the secret number k, from 1 to n - 1, drawn for this signature alone. Null when k gives none
 * and another one is to be drawn, and always for the key n - 1. GM/T 0003.2, 6.1 Signature
 * generation
 */
export function sm2Sign(
  curve: EccCurve,
  d: Uint8Array,
  digest: Uint8Array,
  k: Uint8Array,
): EccSignature | null {
  const { n } = CURVES[curve];
  const size = COORDINATE_SIZE[curve];
  if (privateScalar(curve, k) === null) return null;
  const r = (toInteger(digest) + toInteger(eccPublicFromPrivate(curve, k).x)) % n;
  // s = (k - r d) / (1 + d) with everything secret multiplied by a number nobody knows.
  const mask = maskOf(curve, k, d);
  const [maskedK, maskedD] = [masked(curve, mask, k), masked(curve, mask, d)];
  const isOpposite = (maskedK + mask * r) % n === 0n;
  const inverse = modularInverse((mask + maskedD) % n, n);
  if (r === 0n || isOpposite || inverse === null) return null;
  const s = (modulo(maskedK - r * maskedD, n) * inverse) % n;
  return s === 0n ? null : { r: toOctets(r, size), s: toOctets(s, size) };
}

/**
 * Whether (r, s) is an SM2 signature of the digest by the key. False for anything out of range and
 * for keys not on the curve. GM/T 0003.2, 7.1 Signature verification
 */
export function sm2Verify(
  curve: EccCurve,
  key: EccPoint,
  digest: Uint8Array,
  signature: EccSignature,
): boolean {
  const { n } = CURVES[curve];
  const numbers = signatureNumbers(curve, signature);
  if (numbers === null) return false;
  const { r, s } = numbers;
  // A sum of zero gives no point.
  const sum = eccPublicSum(curve, s, (r + s) % n, key);
  return sum !== null && (toInteger(digest) + toInteger(sum.x)) % n === r;
}
