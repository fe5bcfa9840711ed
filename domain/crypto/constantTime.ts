import { nodeEqual } from './node.ts';

/**
 * True when both hold the same octets. For equal lengths the time does not depend on the values;
 * lengths are not secret, and different ones answer at once.
 */
export function equalOctets(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && nodeEqual(a, b);
}
