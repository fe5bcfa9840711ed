import { concat, ascii, u32 } from '../structures/octets.ts';
import { hmac } from './hash.ts';

/** The next `count` octets of a stream that never ends. */
export type ByteSource = (count: number) => Uint8Array;

const BLOCK_SIZE = 64;
const ZERO = new Uint8Array(1);

/**
 * An endless stream of octets that depends on nothing but its arguments: HMAC-SHA-512 over a
 * counter, the label and the context, as KDFa without a length. What primaries derive from: it must
 * stay the same for ever. NIST SP 800-108, 4.1 KDF in Counter Mode
 */
export function kdfSource(key: Uint8Array, label: string, context: Uint8Array): ByteSource {
  const named = ascii(label);
  let counter = 0;
  let rest = new Uint8Array(0);
  return (count) => {
    const blocks: Uint8Array[] = [rest];
    let length = rest.length;
    while (length < count) {
      counter += 1;
      blocks.push(hmac('SHA512', key, u32(counter), named, ZERO, context));
      length += BLOCK_SIZE;
    }
    const octets = concat(...blocks);
    rest = octets.slice(count);
    return octets.slice(0, count);
  };
}
