import { constants, setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { kdfSource } from '../../domain/crypto/drbg.ts';
import { randomRsaPrimes, rsaPrimesFrom, type RsaKeyBits } from '../../domain/crypto/primes.ts';

/** What a thread is asked for. */
export type PrimesWanted = {
  readonly bits: number;
  readonly exponent: number;
  readonly derivation: {
    readonly seed: Uint8Array;
    readonly label: string;
    readonly context: Uint8Array;
  } | null;
};

/** What a thread answers. */
export type PrimesMade = { readonly p: Uint8Array; readonly q: Uint8Array };

// Only where a priority is one thread's: the event loop goes first when all cores are busy.
if (process.platform === 'linux') setPriority(constants.priority.PRIORITY_BELOW_NORMAL);

parentPort?.on('message', ({ bits, exponent, derivation }: PrimesWanted) => {
  const { p, q } =
    derivation === null
      ? randomRsaPrimes(bits as RsaKeyBits, exponent)
      : rsaPrimesFrom(
          kdfSource(derivation.seed, derivation.label, derivation.context),
          bits as RsaKeyBits,
          exponent,
        );
  parentPort?.postMessage({ p, q } satisfies PrimesMade);
});
