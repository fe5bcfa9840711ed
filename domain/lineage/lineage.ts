import { Secret } from '../structures/secret.ts';
import { clockAt, nextClockUpdate } from '../tpm/clock.ts';
import type { LineageEvent } from '../tpm/lineageFacts.ts';
import type { Foundation } from '../tpm/lineageFacts.ts';
import type { ProfileName } from '../tpm/profile.ts';
import type { Tpm } from '../tpm/tpm.ts';
import { EMPTY_REGISTER, extendRegister } from './register.ts';

/** Seeds and proofs are as long as the context hash. */
const SEED_SIZE = 64;

/** Randomness and the platform's clock, for the decisions of lineage. */
export type LineageCircumstances = {
  readonly nowMs: number;
  readonly entropy: (count: number) => Uint8Array;
};

function found({ entropy }: LineageCircumstances): Foundation {
  return { seed: new Secret(entropy(SEED_SIZE)), proof: new Secret(entropy(SEED_SIZE)) };
}

/** Makes a TPM: new seeds for all hierarchies, and the first statement of a new lineage. */
export function manufactureTpm(
  incarnation: string,
  profile: ProfileName,
  circumstances: LineageCircumstances,
): readonly LineageEvent[] {
  const register = extendRegister(EMPTY_REGISTER, {
    lineage: incarnation,
    parent: null,
    parentVersion: 0,
    parentLink: '-',
    incarnation,
    reason: 'manufacture',
    counter: 1n,
  });
  return [
    {
      type: 'TpmManufactured',
      incarnation,
      profile,
      owner: found(circumstances),
      endorsement: found(circumstances),
      platform: found(circumstances),
      null: found(circumstances),
      register,
      nowMs: circumstances.nowMs,
    },
  ];
}

/** Where a fork starts: an incarnation at a version, with the link of its log there. */
export type ForkPoint = {
  readonly incarnation: string;
  readonly version: number;
  readonly link: string;
};

/**
 * Copies a TPM as it is at a point. The copy's endorsement hierarchy is held from this fact on; its
 * clock goes on from the source's and is not safe until it has passed the next update.
 */
export function forkTpm(
  source: Tpm,
  point: ForkPoint,
  incarnation: string,
  reason: 'clone' | 'rollback',
  { nowMs }: LineageCircumstances,
): readonly LineageEvent[] {
  const isRunning = source.lifecycle.phase !== 'off';
  const clockMs = isRunning ? clockAt(source.clock, nowMs) : source.clock.clockMs;
  return [
    {
      type: 'TpmForked',
      incarnation,
      parent: point.incarnation,
      parentVersion: point.version,
      parentLink: point.link,
      inheritedVersions: source.identity.inheritedVersions + point.version,
      reason,
      clockMs,
      safeAtMs: nextClockUpdate(clockMs),
      nowMs,
    },
  ];
}

/**
 * Founds the endorsement hierarchy of a copy on its own identity, and writes the copy into the
 * lineage register and counter.
 */
export function reendorseTpm(
  copy: Tpm,
  circumstances: LineageCircumstances,
): readonly LineageEvent[] {
  const { identity } = copy;
  if (identity.parent === null) throw new Error('only a copy is re-endorsed');
  const counter = identity.counter + 1n;
  const register = extendRegister(identity.register, {
    lineage: identity.lineage,
    parent: identity.parent.incarnation,
    parentVersion: identity.parent.version,
    parentLink: identity.parent.link,
    incarnation: identity.incarnation,
    reason: identity.parent.reason,
    counter,
  });
  return [
    { type: 'Reendorsed', endorsement: found(circumstances) },
    {
      type: 'LineageExtended',
      lineage: identity.lineage,
      before: identity.register,
      register,
      counter,
    },
  ];
}
