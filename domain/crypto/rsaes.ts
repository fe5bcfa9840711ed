import { concat } from '../structures/octets.ts';
import type { ByteSource } from './drbg.ts';

/** Octets of the padding besides the filler, and the least number of filler octets. */
const FRAME_SIZE = 3;
const FILLER_SIZE_MIN = 8;

/** How many octets a message may have for a modulus of `k` octets. */
export function rsaesMessageSizeMax(k: number): number {
  return k - FRAME_SIZE - FILLER_SIZE_MIN;
}

/** `n` random octets none of which is zero, from a source of random ones. */
export function nonZeroOctets(source: ByteSource, n: number): Uint8Array {
  const filler = new Uint8Array(n);
  let filled = 0;
  while (filled < n) {
    const usable = source(n - filled).filter((octet) => octet !== 0);
    filler.set(usable, filled);
    filled += usable.length;
  }
  return filler;
}

/**
 * A message padded to the `k` octets of the modulus. The filler is random, without zeros, and has
 * k - 3 octets less those of the message. Throws when the message is too long or the filler does
 * not fit. RFC 8017, 7.2.1 Encryption Operation
 */
export function rsaesPad(message: Uint8Array, filler: Uint8Array, k: number): Uint8Array {
  if (message.length > rsaesMessageSizeMax(k)) throw new Error('the message is too long for RSAES');
  if (filler.length !== k - FRAME_SIZE - message.length || filler.includes(0)) {
    throw new Error('the filler of RSAES fills the block and holds no zero');
  }
  return concat(new Uint8Array([0, 2]), filler, new Uint8Array(1), message);
}

/**
 * The message of a padded block, or null when it is not padded. All faults look the same, in time
 * too. RFC 8017, 7.2.2 Decryption Operation
 */
export function rsaesUnpad(em: Uint8Array): Uint8Array | null {
  if (em.length < FRAME_SIZE + FILLER_SIZE_MIN) return null;
  let fault = em[0]! | (em[1]! ^ 2);
  // `before` is 1 up to the first zero behind the frame's head, 0 from there on.
  let before = 1;
  let start = 2;
  for (let i = 2; i < em.length; i += 1) {
    const isZero = (em[i]! - 1) >>> 31;
    start += before;
    fault |= before & isZero & ((i - 2 - FILLER_SIZE_MIN) >>> 31);
    before &= 1 - isZero;
  }
  return (fault | before) === 0 ? em.slice(start) : null;
}
