import { randomOctets } from './randomness.ts';
import type { Circumstances, RsaPrimes } from '../../domain/commands/circumstances.ts';
import { kdfSource } from '../../domain/crypto/drbg.ts';
import { randomRsaPrimes, rsaPrimesFrom } from '../../domain/crypto/primes.ts';
import { manufactureTpm } from '../../domain/lineage/lineage.ts';
import { Secret } from '../../domain/structures/secret.ts';
import { evolve, fold, type TpmEvent } from '../../domain/tpm/evolve.ts';
import type { ProfileName } from '../../domain/tpm/profile.ts';
import type { Tpm } from '../../domain/tpm/tpm.ts';

/** When tests happen: any moment will do, as long as it stands still. */
export const NOW_MS = 1_800_000_000_000;

/** Circumstances of a test: random where nothing else is said, and RSA keys made on the spot. */
export function circumstances(change: Partial<Circumstances> = {}): Circumstances {
  return {
    nowMs: NOW_MS,
    locality: 0,
    entropy: randomOctets,
    rsaPrimes: (request): RsaPrimes => {
      const { bits, exponent } = request;
      const size = bits as 2048;
      const { p, q } =
        request.kind === 'random'
          ? randomRsaPrimes(size, exponent)
          : rsaPrimesFrom(
              kdfSource(request.seed.octets, request.label, request.context),
              size,
              exponent,
            );
      return { p: new Secret(p), q: new Secret(q) };
    },
    ...change,
  };
}

/** The facts of a TPM that was made, and no more. */
export function manufacturedEvents(profile: ProfileName = 'default'): readonly TpmEvent[] {
  return manufactureTpm('test', profile, { nowMs: NOW_MS, entropy: randomOctets });
}

/** A TPM that was made, powered on and started with Startup(CLEAR). */
export function started(profile: ProfileName = 'default'): Tpm {
  return fold([
    ...manufacturedEvents(profile),
    { type: 'Initialized', nowMs: NOW_MS, clockMs: 0n },
    {
      type: 'StartedUp',
      kind: 'reset',
      locality: 0,
      nullSeed: new Secret(randomOctets(64)),
      nullProof: new Secret(randomOctets(64)),
      safeAtMs: null,
      failedTries: 0,
    },
  ]);
}

/** A TPM after some more facts. */
export function after(tpm: Tpm, ...events: readonly TpmEvent[]): Tpm {
  return events.reduce(evolve, tpm);
}
