import { kdfSource } from '../crypto/drbg.ts';
import { eccPublicFromPrivate } from '../crypto/ecc.ts';
import type { EccPoint } from '../crypto/eccPoint.ts';
import type { EccCurve } from '../structures/eccCurve.ts';
import { TPM_RH } from '../structures/handles.ts';
import { concat, toHex } from '../structures/octets.ts';
import type { TpmsSensitiveCreate, TpmtPublic } from '../structures/public.ts';
import type { Secret } from '../structures/secret.ts';
import { hierarchyAt, type Hierarchies } from './hierarchies.ts';
import { objectName } from './names.ts';

/**
 * Where the key of an object comes from: at random, or from the seed of a hierarchy. `octets` gives
 * the next so many; `seedOctets` those for the object's own seed; `rsaPrimes` the primes of a key;
 * `eccPublic` the point of a scalar, which may be remembered.
 */
export type KeyOrigin = {
  readonly octets: (count: number) => Uint8Array;
  readonly seedOctets: (count: number) => Uint8Array;
  readonly rsaPrimes: (
    bits: number,
    exponent: number,
  ) => { readonly p: Secret; readonly q: Secret };
  readonly eccPublic: (curve: EccCurve, d: Uint8Array) => EccPoint;
};

/** What the key is derived from, beside the seed. */
type Template = {
  readonly template: TpmtPublic;
  readonly inSensitive: TpmsSensitiveCreate;
};
type RandomPrimes = { readonly kind: 'random'; readonly bits: number; readonly exponent: number };
type DerivedPrimes = {
  readonly kind: 'derived';
  readonly bits: number;
  readonly exponent: number;
  readonly seed: Secret;
  readonly label: string;
  readonly context: Uint8Array;
};
type Primes = { readonly p: Secret; readonly q: Secret };

const LABEL = 'Primary Object Creation';
const SEED_LABEL = 'Primary Object Seed';

/** The origin of an ordinary key: nobody can make it again. */
export function randomOrigin({
  entropy,
  rsaPrimes,
}: {
  readonly entropy: (count: number) => Uint8Array;
  readonly rsaPrimes: (request: RandomPrimes) => Primes;
}): KeyOrigin {
  return {
    octets: entropy,
    seedOctets: entropy,
    rsaPrimes: (bits, exponent) => rsaPrimes({ kind: 'random', bits, exponent }),
    eccPublic: eccPublicFromPrivate,
  };
}

/**
 * The origin of a primary key: the hierarchy's seed, the template with its unique field and the
 * caller's data, and nothing else. So the same request gives the same key, after a restart, on
 * another node and in a clone, until the seed is replaced. What an endorsement key protects also
 * hangs on the proofs: it does not outlive TPM2_Clear, the key itself does. Part 1, 27.5.2 Primary
 * Objects
 */
export function primaryOrigin(
  hierarchies: Hierarchies,
  hierarchy: number,
  { template, inSensitive }: Template,
  rsaPrimes: (request: DerivedPrimes) => Primes,
): KeyOrigin {
  const { seed } = hierarchyAt(hierarchies, hierarchy);
  const context = concat(objectName(template), inSensitive.data.octets);
  const seedContext =
    hierarchy === TPM_RH.ENDORSEMENT
      ? concat(context, hierarchies.owner.proof.octets, hierarchies.endorsement.proof.octets)
      : context;
  return {
    octets: kdfSource(seed.octets, LABEL, context),
    seedOctets: kdfSource(seed.octets, SEED_LABEL, seedContext),
    rsaPrimes: (bits, exponent) =>
      rsaPrimes({ kind: 'derived', bits, exponent, seed, label: LABEL, context }),
    eccPublic: (curve, d) => remembered(seed, toHex(context), () => eccPublicFromPrivate(curve, d)),
  };
}

/** Points of primary keys, which clients ask for again and again; they go with their seed. */
const POINTS = new WeakMap<Secret, Map<string, EccPoint>>();
const POINTS_MAX = 16;

function remembered(seed: Secret, id: string, make: () => EccPoint): EccPoint {
  const points = POINTS.get(seed) ?? new Map<string, EccPoint>();
  POINTS.set(seed, points);
  const point = points.get(id) ?? make();
  points.set(id, point);
  const [oldest] = points.keys();
  if (points.size > POINTS_MAX && oldest !== undefined) points.delete(oldest);
  return point;
}
