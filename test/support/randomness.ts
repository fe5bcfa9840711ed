import { randomBytes } from 'node:crypto';

/** Fresh random octets, as an entropy port gives them. */
export function randomOctets(count: number): Uint8Array {
  return new Uint8Array(randomBytes(count));
}
