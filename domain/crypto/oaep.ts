import { DIGEST_SIZE, type HashAlg } from '../structures/hashAlg.ts';
import { concat } from '../structures/octets.ts';
import { digest } from './hash.ts';
import { mgf1 } from './kdf.ts';

/** How many octets a message may have for a modulus of `k` octets; may be negative. */
export function oaepMessageSizeMax(alg: HashAlg, k: number): number {
  return k - 2 * DIGEST_SIZE[alg] - 2;
}

/**
 * A message padded to the `k` octets of the modulus. `seed` is random, a digest long; the label
 * holds its terminating zero already. Throws when the message is too long.
 * RFC 8017, 7.1.1 Encryption Operation
 */
export function oaepPad(
  alg: HashAlg,
  label: Uint8Array,
  message: Uint8Array,
  seed: Uint8Array,
  k: number,
): Uint8Array {
  const free = oaepMessageSizeMax(alg, k) - message.length;
  if (free < 0) throw new Error('the message is too long for OAEP');
  if (seed.length !== DIGEST_SIZE[alg]) throw new Error('an OAEP seed is as long as a digest');
  const one = new Uint8Array([1]);
  const block = concat(digest(alg, label), new Uint8Array(free), one, message);
  const maskedBlock = masked(block, mgf1(alg, seed, block.length));
  const maskedSeed = masked(seed, mgf1(alg, maskedBlock, seed.length));
  return concat(new Uint8Array(1), maskedSeed, maskedBlock);
}

/**
 * The message of a padded block, or null when it is not padded for this label. All faults look the
 * same, in time too. RFC 8017, 7.1.2 Decryption Operation
 */
export function oaepUnpad(alg: HashAlg, label: Uint8Array, em: Uint8Array): Uint8Array | null {
  const size = DIGEST_SIZE[alg];
  if (em.length < 2 * size + 2) return null;
  const maskedBlock = em.subarray(1 + size);
  const seed = masked(em.subarray(1, 1 + size), mgf1(alg, maskedBlock, size));
  const block = masked(maskedBlock, mgf1(alg, seed, maskedBlock.length));
  const labelDigest = digest(alg, label);
  let fault = em[0]!;
  for (let i = 0; i < size; i += 1) fault |= block[i]! ^ labelDigest[i]!;
  // `before` is 1 up to the 01 that ends the zeros, 0 from there on.
  let before = 1;
  let start = size;
  for (let i = size; i < block.length; i += 1) {
    const octet = block[i]!;
    const isOne = isZero(octet ^ 1);
    start += before;
    fault |= before & (1 - isOne) & (1 - isZero(octet));
    before &= 1 - isOne;
  }
  return (fault | before) === 0 ? block.slice(start) : null;
}

function isZero(octet: number): number {
  return (octet - 1) >>> 31;
}

function masked(octets: Uint8Array, mask: Uint8Array): Uint8Array {
  return mask.map((octet, i) => octet ^ octets[i]!);
}
