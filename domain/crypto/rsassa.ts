import type { HashAlg } from '../structures/hashAlg.ts';
import { concat, fromHex } from '../structures/octets.ts';
import { equalOctets } from './constantTime.ts';
import { DER_NULL, derOctets, derSequence } from './der.ts';

/** The object identifiers of the hash algorithms, encoded. RFC 8017, B.1 Hash Functions */
export const HASH_OID: Readonly<Record<HashAlg, Uint8Array>> = {
  SHA1: fromHex('06052b0e03021a'),
  SHA256: fromHex('0609608648016503040201'),
  SHA384: fromHex('0609608648016503040202'),
  SHA512: fromHex('0609608648016503040203'),
};

/** The least number of FF octets in the padding, and of the other octets around it. */
const FILLER_SIZE_MIN = 8;
const FRAME_SIZE = 3;

/** A digest with the name of its algorithm. RFC 8017, A.2.4 RSASSA-PKCS-v1_5 */
export function digestInfo(alg: HashAlg, digest: Uint8Array): Uint8Array {
  return derSequence(derSequence(HASH_OID[alg], DER_NULL), derOctets(digest));
}

/**
 * The block of `k` octets to be signed for a digest. Throws when the modulus is too short.
 * RFC 8017, 9.2 EMSA-PKCS1-v1_5
 */
export function rsassaEncode(alg: HashAlg, digest: Uint8Array, k: number): Uint8Array {
  const info = digestInfo(alg, digest);
  const filler = k - FRAME_SIZE - info.length;
  if (filler < FILLER_SIZE_MIN) throw new Error('the modulus is too short for RSASSA');
  const head = new Uint8Array([0, 1]);
  return concat(head, new Uint8Array(filler).fill(0xff), new Uint8Array(1), info);
}

/**
 * Whether a block was made for this digest. It is made again and compared, never parsed, so there
 * is one block for a digest and no room for anything else. RFC 8017, 8.2.2 Signature Verification
 */
export function rsassaVerify(alg: HashAlg, digest: Uint8Array, em: Uint8Array): boolean {
  const needed = digestInfo(alg, digest).length + FRAME_SIZE + FILLER_SIZE_MIN;
  return em.length >= needed && equalOctets(em, rsassaEncode(alg, digest, em.length));
}
