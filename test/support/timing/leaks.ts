import { sameOctets } from '../../../domain/structures/octets.ts';
import { randomOctets } from '../randomness.ts';
import { wrongAt } from './inputs.ts';
import type { Target } from './measurement.ts';

const SIZE = 32;
const SECRET_VALUE = randomOctets(SIZE);

/** Ends at the first octet that differs, as fast as can be. */
function isEqualUpToTheEnd(a: Uint8Array, b: Uint8Array): boolean {
  for (let i = 0; i < SIZE; i += 1) if (a[i] !== b[i]) return false;
  return true;
}

function leaky(name: string, isEqual: typeof sameOctets): Target {
  return {
    name,
    classes: ['the first octet wrong', 'the last octet wrong'],
    share: 1,
    repeats: 8,
    prepare: (isSecond) => {
      const given = wrongAt(isSecond ? 'last' : 'first', SECRET_VALUE);
      return () => isEqual(given, SECRET_VALUE);
    },
  };
}

/** Comparisons whose time tells how much is right: a measurement that misses one proves nothing. */
export const LEAKS: readonly Target[] = [
  leaky('sameOctets, which is not for secrets', sameOctets),
  leaky('a loop that ends early', isEqualUpToTheEnd),
];
