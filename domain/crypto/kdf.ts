import { DIGEST_SIZE, type HashAlg } from '../structures/hashAlg.ts';
import { ascii, concat, u32 } from '../structures/octets.ts';
import { digest, hmac } from './hash.ts';

/**
 * KDFa: `bits` key bits from a key, by HMAC in counter mode. The label is ASCII without its
 * terminating zero, which is added here. When `bits` is no multiple of 8 the unused high bits of
 * the first octet are zero. Part 1, 11.4.10.2 KDFa()
 */
export function kdfa(
  alg: HashAlg,
  key: Uint8Array,
  label: string,
  contextU: Uint8Array,
  contextV: Uint8Array,
  bits: number,
): Uint8Array {
  const fixed = concat(terminated(label), contextU, contextV, u32(bits));
  return keyBits(alg, bits, (counter) => hmac(alg, key, concat(u32(counter), fixed)));
}

/**
 * KDFe: `bits` key bits from the x-coordinate of a shared point. Coordinates are hashed as they are
 * given: whoever wants them padded pads them. Part 1, 11.4.10.3 KDFe for ECDH
 */
export function kdfe(
  alg: HashAlg,
  z: Uint8Array,
  use: string,
  partyU: Uint8Array,
  partyV: Uint8Array,
  bits: number,
): Uint8Array {
  const fixed = concat(z, terminated(use), partyU, partyV);
  return keyBits(alg, bits, (counter) => digest(alg, u32(counter), fixed));
}

/** MGF1: a mask of `length` octets from a seed. RFC 8017, B.2.1 MGF1 */
export function mgf1(alg: HashAlg, seed: Uint8Array, length: number): Uint8Array {
  return blocks(alg, length, (i) => digest(alg, seed, u32(i)));
}

/**
 * KDF2: like MGF1, but counting from 1. It masks the shared point of TPM2_ECC_Encrypt. ISO/IEC
 * 18033-2, 6.2.3 KDF2
 */
export function kdf2(alg: HashAlg, seed: Uint8Array, length: number): Uint8Array {
  return blocks(alg, length, (i) => digest(alg, seed, u32(i + 1)));
}

function keyBits(alg: HashAlg, bits: number, block: (counter: number) => Uint8Array): Uint8Array {
  const key = blocks(alg, Math.ceil(bits / 8), (i) => block(i + 1));
  if (bits % 8 !== 0) key[0] = key[0]! & ((1 << (bits % 8)) - 1);
  return key;
}

function blocks(alg: HashAlg, length: number, block: (i: number) => Uint8Array): Uint8Array {
  const size = DIGEST_SIZE[alg];
  if (length === size) return block(0);
  const all = new Uint8Array(length);
  for (let i = 0; i * size < length; i += 1) {
    all.set(block(i).subarray(0, length - i * size), i * size);
  }
  return all;
}

function terminated(label: string): Uint8Array {
  return ascii(label.endsWith('\0') ? label : `${label}\0`);
}
