import { DIGEST_SIZE, type HashAlg } from '../structures/hashAlg.ts';
import { concat } from '../structures/octets.ts';
import { equalOctets } from './constantTime.ts';
import { digest } from './hash.ts';
import { mgf1 } from './kdf.ts';

const EIGHT_ZEROS = new Uint8Array(8);
const TRAILER = 0xbc;

/** How long a salt may be: as long as a digest where the modulus has room for it. */
export function pssSaltSize(alg: HashAlg, emBits: number): number {
  return Math.max(0, Math.min(DIGEST_SIZE[alg], Math.ceil(emBits / 8) - DIGEST_SIZE[alg] - 2));
}

/**
 * The block to be signed for a digest; `emBits` is one less than the bits of the modulus, `salt`
 * is random. Throws when the modulus is too short for both. RFC 8017, 9.1.1 Encoding Operation
 */
export function pssEncode(
  alg: HashAlg,
  mHash: Uint8Array,
  salt: Uint8Array,
  emBits: number,
): Uint8Array {
  const size = Math.ceil(emBits / 8);
  const zeros = size - salt.length - DIGEST_SIZE[alg] - 2;
  if (zeros < 0) throw new Error('the modulus is too short for PSS with this salt');
  const h = digest(alg, EIGHT_ZEROS, mHash, salt);
  const block = concat(new Uint8Array(zeros), new Uint8Array([1]), salt);
  const maskedBlock = masked(block, mgf1(alg, h, block.length));
  maskedBlock[0] = maskedBlock[0]! & topMask(emBits);
  return concat(maskedBlock, h, new Uint8Array([TRAILER]));
}

/**
 * Whether a block was made for this digest. Without `saltSize` a salt of any length is accepted,
 * as TPM2_VerifySignature does. RFC 8017, 9.1.2 Verification Operation
 */
export function pssVerify(
  alg: HashAlg,
  mHash: Uint8Array,
  em: Uint8Array,
  emBits: number,
  saltSize?: number,
): boolean {
  const blockSize = em.length - DIGEST_SIZE[alg] - 1;
  if (em.length !== Math.ceil(emBits / 8) || blockSize < 1) return false;
  if (em[em.length - 1] !== TRAILER || (em[0]! & ~topMask(emBits)) !== 0) return false;
  const h = em.subarray(blockSize, em.length - 1);
  const block = masked(em.subarray(0, blockSize), mgf1(alg, h, blockSize));
  block[0] = block[0]! & topMask(emBits);
  const one = block.findIndex((octet) => octet !== 0);
  if (one < 0 || block[one] !== 1) return false;
  const salt = block.subarray(one + 1);
  if (saltSize !== undefined && salt.length !== saltSize) return false;
  return equalOctets(h, digest(alg, EIGHT_ZEROS, mHash, salt));
}

// The bits of the first octet that belong to the number.
function topMask(emBits: number): number {
  return 0xff >>> (8 * Math.ceil(emBits / 8) - emBits);
}

function masked(octets: Uint8Array, mask: Uint8Array): Uint8Array {
  return mask.map((octet, i) => octet ^ octets[i]!);
}
