import { nodeEqual } from './node.ts';

/**
 * True when both hold the same octets. For equal lengths the time does not depend on the values;
 * lengths are not secret, and different ones answer at once.
 */
export function equalOctets(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && nodeEqual(a, b);
}

/** The size of the longest authorization value, which is that of the longest digest. */
const AUTH_SIZE_MAX = 64;

/**
 * True when both are the same authorization value, in which zeros at the end do not count. The time
 * depends neither on the octets nor on how many there are: the length of a password is part of what
 * has to be guessed.
 */
export function equalAuths(a: Uint8Array, b: Uint8Array): boolean {
  const size = Math.max(AUTH_SIZE_MAX, a.length, b.length);
  const [first, second] = [new Uint8Array(size), new Uint8Array(size)];
  first.set(a);
  second.set(b);
  const isEqual = nodeEqual(first, second);
  first.fill(0);
  second.fill(0);
  return isEqual;
}
