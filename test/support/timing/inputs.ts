import { TpmError } from '../../../domain/structures/tpmError.ts';
import { randomOctets } from '../randomness.ts';

/** Which octet of a value is made wrong. */
export type Place = 'first' | 'last';

/**
 * A copy of the value with an octet changed in every bit, among the `size` octets from `from` on.
 * Both places are written whichever is wanted: where a copy lies, and what of it is cached, must
 * not depend on the class.
 */
export function wrongAt(
  place: Place,
  value: Uint8Array,
  from = 0,
  size = value.length - from,
): Uint8Array {
  const copy = value.slice();
  const last = from + size - 1;
  const [ofFirst, ofLast] = place === 'first' ? [0xff, 0] : [0, 0xff];
  copy[from] = copy[from]! ^ ofFirst;
  copy[last] = copy[last]! ^ ofLast;
  return copy;
}

/** One of two values, in a copy that lies where a copy of the other one would. */
export function oneOf(isSecond: boolean, first: Uint8Array, second: Uint8Array): Uint8Array {
  return (isSecond ? second : first).slice();
}

/** A fixed value or random octets of its length. */
export function fixedOrRandom(isRandom: boolean, fixed: Uint8Array): Uint8Array {
  return oneOf(isRandom, fixed, randomOctets(fixed.length));
}

/** The response code with which the work is refused, or what it gives. */
export function answerOf(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    if (error instanceof TpmError) return error.code;
    throw error;
  }
}
