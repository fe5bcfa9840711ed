import type { EccCurve } from '../structures/eccCurve.ts';
import type { HashAlg } from '../structures/hashAlg.ts';
import { concat } from '../structures/octets.ts';
import { equalOctets } from './constantTime.ts';
import { eccMultiply, eccPublicFromPrivate } from './ecc.ts';
import type { EccPoint } from './eccPoint.ts';
import { digest } from './hash.ts';
import { kdf2 } from './kdf.ts';

/** An ephemeral public key, the masked message, a digest of the message and the shared point. */
export type EccCiphertext = {
  readonly c1: EccPoint;
  readonly c2: Uint8Array;
  readonly c3: Uint8Array;
};

/**
 * Encrypts to a public key with an ephemeral scalar, which is used this once. Null when the key is
 * not on the curve. Part 1, C.8 ECC Encryption
 */
export function eccEncrypt(
  curve: EccCurve,
  hashAlg: HashAlg,
  key: EccPoint,
  message: Uint8Array,
  ephemeral: Uint8Array,
): EccCiphertext | null {
  const shared = eccMultiply(curve, ephemeral, key);
  if (shared === null) return null;
  const c1 = eccPublicFromPrivate(curve, ephemeral);
  return { c1, ...eccSealed(hashAlg, shared, message) };
}

/** A message masked and hashed with a shared point, as SM2 does it. GM/T 0003.4, 6.1 Encryption */
export function eccSealed(
  hashAlg: HashAlg,
  shared: EccPoint,
  message: Uint8Array,
): Omit<EccCiphertext, 'c1'> {
  const c3 = digest(hashAlg, shared.x, message, shared.y);
  return { c2: masked(hashAlg, shared, message), c3 };
}

/**
 * The message, or null when it was changed, or encrypted to another key or with another hash. The
 * time does not tell how wrong it is. Part 1, C.8 ECC Encryption
 */
export function eccDecrypt(
  curve: EccCurve,
  hashAlg: HashAlg,
  d: Uint8Array,
  { c1, c2, c3 }: EccCiphertext,
): Uint8Array | null {
  const shared = eccMultiply(curve, d, c1);
  if (shared === null) return null;
  const message = masked(hashAlg, shared, c2);
  if (equalOctets(digest(hashAlg, shared.x, message, shared.y), c3)) return message;
  message.fill(0);
  return null;
}

function masked(hashAlg: HashAlg, { x, y }: EccPoint, octets: Uint8Array): Uint8Array {
  const mask = kdf2(hashAlg, concat(x, y), octets.length);
  return mask.map((octet, i) => octet ^ octets[i]!);
}
