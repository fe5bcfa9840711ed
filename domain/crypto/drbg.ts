import type { HashAlg } from '../structures/hashAlg.ts';
import { ascii, concat, u32 } from '../structures/octets.ts';
import { hmac } from './hash.ts';

/** Hands out the next `n` octets of a stream. */
export type ByteSource = (n: number) => Uint8Array;

/** No length goes into the blocks: the stream has no end. */
const ENDLESS = u32(0);
/** What is written into each block of a derivation. */
const DERIVATION_BITS = u32(8192);

/**
 * An endless stream of octets that depends on the key, the label (ASCII, without terminating zero)
 * and the context alone: block i = 1, 2, ... is HMAC-SHA512(key, i || label || 00 || context || 0),
 * the counter mode of KDFa with both numbers in four octets. How the stream is cut into requests
 * does not change it. Keys are derived from it: it must stay as it is for ever.
 * SP 800-108, 4.1 KDF in Counter Mode
 */
export function kdfSource(key: Uint8Array, label: string, context: Uint8Array): ByteSource {
  const fixed = concat(ascii(`${label}\0`), context, ENDLESS);
  return counterSource((counter) => hmac('SHA512', key, u32(counter), fixed));
}

/**
 * The octets from which objects are derived: KDFa of 8192 bits, a part of it at a time. Every TPM
 * gives the same ones. Part 1, 28.3 Derivation of the Sensitive Area
 */
export function derivationSource(
  alg: HashAlg,
  key: Uint8Array,
  label: Uint8Array,
  context: Uint8Array,
): ByteSource {
  const end = label.at(-1) === 0 ? label.length - 1 : label.length;
  const zero = new Uint8Array(1);
  const fixed = concat(label.subarray(0, end), zero, context, DERIVATION_BITS);
  return counterSource((counter) => hmac(alg, key, u32(counter), fixed));
}

function counterSource(block: (counter: number) => Uint8Array): ByteSource {
  let counter = 0;
  let rest: Uint8Array = new Uint8Array(0);
  return (n) => {
    const out = new Uint8Array(n);
    let filled = 0;
    while (filled < n) {
      if (rest.length === 0) rest = block((counter += 1));
      const taken = rest.subarray(0, n - filled);
      out.set(taken, filled);
      filled += taken.length;
      rest = rest.subarray(taken.length);
    }
    return out;
  };
}
