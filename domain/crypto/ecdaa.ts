import { COORDINATE_SIZE, type EccCurve } from '../structures/eccCurve.ts';
import type { HashAlg } from '../structures/hashAlg.ts';
import { stripLeadingZeros } from '../structures/octets.ts';
import { CURVES } from './curves.ts';
import type { EccSignature } from './ecdsa.ts';
import { digest } from './hash.ts';
import { toInteger, toOctets } from './integers.ts';
import { secretSum } from './scalars.ts';

/**
 * The second half of an anonymous signature whose first half was a commitment to r: the nonce, a
 * random number from 1 to n - 1 that anybody may know, and s = r + T d, T being the hash of the
 * nonce and the digest. Two signatures with one r would tell d. Null when the nonce gives none.
 * Part 1, C.4.2 ECDAA
 */
export function ecdaaSign(
  curve: EccCurve,
  hashAlg: HashAlg,
  d: Uint8Array,
  hashed: Uint8Array,
  r: Uint8Array,
  nonce: Uint8Array,
): EccSignature | null {
  const nonceK = stripLeadingZeros(nonce);
  const t = toInteger(digest(hashAlg, nonceK, hashed)) % CURVES[curve].n;
  const s = secretSum(curve, r, t, d);
  return t === 0n || s === 0n ? null : { r: nonceK, s: toOctets(s, COORDINATE_SIZE[curve]) };
}
