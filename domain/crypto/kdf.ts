import { DIGEST_SIZE, type HashAlg } from '../structures/hashAlg.ts';
import { ascii, concat, u32 } from '../structures/octets.ts';
import { digest, hmac } from './hash.ts';

const ZERO = new Uint8Array(1);

function iterate(
  alg: HashAlg,
  bits: number,
  block: (counter: Uint8Array) => Uint8Array,
): Uint8Array {
  const size = Math.ceil(bits / 8);
  const blocks: Uint8Array[] = [];
  for (let i = 1; (i - 1) * DIGEST_SIZE[alg] < size; i += 1) blocks.push(block(u32(i)));
  const octets = concat(...blocks).slice(0, size);
  if (bits % 8 !== 0) octets[0] = (octets[0] ?? 0) & ((1 << (bits % 8)) - 1);
  return octets;
}

/** KDFa: SP 800-108 in counter mode with HMAC. Part 1, 11.4.10.2 KDFa() */
export function kdfa(
  alg: HashAlg,
  key: Uint8Array,
  label: string,
  contextU: Uint8Array,
  contextV: Uint8Array,
  bits: number,
): Uint8Array {
  const named = ascii(label);
  return iterate(alg, bits, (counter) =>
    hmac(alg, key, counter, named, ZERO, contextU, contextV, u32(bits)),
  );
}

/** KDFe: SP 800-56A concatenation, for secrets that ECDH agreed on. Part 1, 11.4.10.3 KDFe() */
export function kdfe(
  alg: HashAlg,
  z: Uint8Array,
  use: string,
  partyUInfo: Uint8Array,
  partyVInfo: Uint8Array,
  bits: number,
): Uint8Array {
  const named = ascii(use);
  return iterate(alg, bits, (counter) =>
    digest(alg, counter, z, named, ZERO, partyUInfo, partyVInfo),
  );
}

/** MGF1, the mask of OAEP and PSS. RFC 8017, B.2.1 MGF1 */
export function mgf1(alg: HashAlg, seed: Uint8Array, length: number): Uint8Array {
  const blocks: Uint8Array[] = [];
  for (let i = 0; i * DIGEST_SIZE[alg] < length; i += 1) blocks.push(digest(alg, seed, u32(i)));
  return concat(...blocks).slice(0, length);
}
