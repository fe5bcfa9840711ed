import { timingSafeEqual } from './node.ts';

/** True when both hold the same octets; its time depends on their lengths only. */
export function equalOctets(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
