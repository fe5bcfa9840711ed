import { parentPort } from 'node:worker_threads';
import { kdfSource } from '../../domain/crypto/drbg.ts';
import { randomRsaPrimes, rsaPrimesFrom, type RsaKeyBits } from '../../domain/crypto/primes.ts';

/** What a worker is asked for: `id` comes back with the primes. */
export type PrimesWanted = {
  readonly id: number;
  readonly bits: number;
  readonly exponent: number;
  readonly derivation: {
    readonly seed: Uint8Array;
    readonly label: string;
    readonly context: Uint8Array;
  } | null;
};

/** What a worker answers. */
export type PrimesMade = { readonly id: number; readonly p: Uint8Array; readonly q: Uint8Array };

parentPort?.on('message', ({ id, bits, exponent, derivation }: PrimesWanted) => {
  const { p, q } =
    derivation === null
      ? randomRsaPrimes(bits as RsaKeyBits, exponent)
      : rsaPrimesFrom(
          kdfSource(derivation.seed, derivation.label, derivation.context),
          bits as RsaKeyBits,
          exponent,
        );
  parentPort?.postMessage({ id, p, q } satisfies PrimesMade);
});
