import { COORDINATE_SIZE, type EccCurve } from '../structures/eccCurve.ts';
import type { HashAlg } from '../structures/hashAlg.ts';
import { CURVES } from './curves.ts';
import { eccPublicFromPrivate, eccPublicSum } from './ecc.ts';
import type { EccPoint } from './eccPoint.ts';
import { signatureNumbers, type EccSignature } from './ecdsa.ts';
import { digest } from './hash.ts';
import { toInteger, toOctets } from './integers.ts';
import { privateScalar, secretSum } from './scalars.ts';

/**
 * The Schnorr signature of a digest with the secret number k, from 1 to n - 1, drawn for this
 * signature alone: r is the hash of the x-coordinate of k G and the digest, s is k + r d. Null when
 * k gives none and another one is to be drawn. Part 1, C.4.3 EC Schnorr
 */
export function ecSchnorrSign(
  curve: EccCurve,
  hashAlg: HashAlg,
  d: Uint8Array,
  hashed: Uint8Array,
  k: Uint8Array,
): EccSignature | null {
  const { n } = CURVES[curve];
  const size = COORDINATE_SIZE[curve];
  if (privateScalar(curve, k) === null) return null;
  const r = challenge(curve, hashAlg, eccPublicFromPrivate(curve, k), hashed);
  const s = secretSum(curve, k, r, d);
  return r === 0n || r >= n || s === 0n ? null : { r: toOctets(r, size), s: toOctets(s, size) };
}

/**
 * Whether (r, s) is a Schnorr signature of the digest by the key. False for anything out of range
 * and for keys not on the curve. Part 1, C.4.3 EC Schnorr
 */
export function ecSchnorrVerify(
  curve: EccCurve,
  hashAlg: HashAlg,
  key: EccPoint,
  hashed: Uint8Array,
  signature: EccSignature,
): boolean {
  const numbers = signatureNumbers(curve, signature);
  if (numbers === null) return false;
  const { r, s } = numbers;
  const sum = eccPublicSum(curve, s, CURVES[curve].n - r, key);
  return sum !== null && challenge(curve, hashAlg, sum, hashed) === r;
}

// As many leading octets of the hash as the order has.
function challenge(curve: EccCurve, hashAlg: HashAlg, { x }: EccPoint, hashed: Uint8Array): bigint {
  return toInteger(digest(hashAlg, x, hashed).subarray(0, COORDINATE_SIZE[curve]));
}
