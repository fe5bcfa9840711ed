import { NV, NV_TYPES } from '../structures/attributes.ts';
import { TPM_RH } from '../structures/handles.ts';
import { u64 } from '../structures/octets.ts';
import { EMPTY_SECRET, Secret } from '../structures/secret.ts';
import { NO_COMMITS } from './commits.ts';
import { DICTIONARY_ATTACK_DEFAULTS } from './dictionaryAttack.ts';
import { NO_AUTHORIZATION, withHierarchy, type Hierarchy } from './hierarchies.ts';
import type { NvIndex } from './nv.ts';
import { withoutObjects, withoutTransients } from './ownership.ts';
import { PLATFORM_DEFAULTS } from './platformSettings.ts';
import { DEFAULT_ALLOCATION, PROFILES, type ProfileName } from './profile.ts';
import { NO_SESSIONS } from './sessions.ts';
import type { Tpm } from './tpm.ts';

/** Handle of the lineage register: an NV extend index of SHA-256 in the manufacturer's range. */
export const LINEAGE_REGISTER = 0x01005301;
/** Handle of the lineage counter: an NV counter in the manufacturer's range. */
export const LINEAGE_COUNTER = 0x01005302;

/** A seed and a proof of a hierarchy, 64 octets each. */
export type Foundation = { readonly seed: Secret; readonly proof: Secret };

/** The facts that make a TPM and tie it to those that it descends from. */
export type LineageEvent =
  | {
      readonly type: 'TpmManufactured';
      readonly incarnation: string;
      readonly profile: ProfileName;
      readonly owner: Foundation;
      readonly endorsement: Foundation;
      readonly platform: Foundation;
      readonly null: Foundation;
      readonly register: Uint8Array;
      readonly nowMs: number;
    }
  /** A copy of another incarnation as it was at `parentVersion`; its endorsement is held. */
  | {
      readonly type: 'TpmForked';
      readonly incarnation: string;
      readonly parent: string;
      readonly parentVersion: number;
      /** The link of the parent's chain at the fork, which this stream's chain goes on from. */
      readonly parentLink: string;
      /**
       * How many events the history of the parent had at the fork, those of its ancestors included.
       */
      readonly inheritedVersions: number;
      readonly reason: 'clone' | 'rollback';
      readonly clockMs: bigint;
      readonly safeAtMs: bigint;
      readonly nowMs: number;
    }
  /** The endorsement hierarchy is founded anew on the copy's own identity. */
  | { readonly type: 'Reendorsed'; readonly endorsement: Foundation }
  /** The lineage register and counter after a copy: they say from whom this TPM descends. */
  | {
      readonly type: 'LineageExtended';
      readonly lineage: string;
      /** The register before, from which and the fork `register` can be recomputed. */
      readonly before: Uint8Array;
      readonly register: Uint8Array;
      readonly counter: bigint;
    }
  /** No further command is answered: another incarnation goes on, or nobody does. */
  | { readonly type: 'TpmRetired'; readonly reason: 'rollback' | 'retired' };

type Of<K extends LineageEvent['type']> = Extract<LineageEvent, { type: K }>;

/** What each fact does to the TPM. */
export const lineageEvolvers = {
  TpmManufactured: (_: Tpm, event: Of<'TpmManufactured'>): Tpm => manufacture(event),
  TpmForked: fork,
  Reendorsed: (tpm: Tpm, { endorsement }: Of<'Reendorsed'>): Tpm => {
    const emptied = withoutObjects(tpm, TPM_RH.ENDORSEMENT);
    const founded = withHierarchy(tpm.hierarchies, TPM_RH.ENDORSEMENT, {
      ...endorsement,
      isEnabled: true,
      ...NO_AUTHORIZATION,
    });
    return { ...emptied, hierarchies: { ...founded, isEndorsementHeld: false } };
  },
  LineageExtended: (tpm: Tpm, { register, counter }: Of<'LineageExtended'>): Tpm =>
    withLineage(tpm, register, counter),
  TpmRetired: (tpm: Tpm): Tpm => ({
    ...tpm,
    identity: { ...tpm.identity, isRetired: true },
    lifecycle: { ...tpm.lifecycle, phase: 'off' },
  }),
};

/** The TPM as it leaves the factory. */
export function manufacture(event: Of<'TpmManufactured'>): Tpm {
  const { incarnation, profile, register, nowMs } = event;
  const made: Tpm = {
    profile,
    identity: {
      incarnation,
      lineage: incarnation,
      generation: 0,
      register,
      counter: 1n,
      parent: null,
      inheritedVersions: 0,
      isRetired: false,
    },
    lifecycle: {
      phase: 'off',
      orderly: 'clear',
      saved: null,
      startupLocality: 0,
      isFirstStartupOrderly: false,
      isEstablished: false,
      isPhysicallyPresent: false,
      isNvAvailable: true,
      measuredBeforeStartup: null,
      launch: null,
    },
    hierarchies: {
      owner: founded(event.owner),
      endorsement: founded(event.endorsement),
      platform: founded(event.platform),
      null: founded(event.null),
      lockout: NO_AUTHORIZATION,
      isPlatformNvEnabled: true,
      isClearDisabled: false,
      isEndorsementHeld: false,
    },
    pcrs: {
      banks: {},
      allocated: DEFAULT_ALLOCATION,
      nextAllocation: null,
      updateCounter: 0,
      auth: EMPTY_SECRET,
      policy: null,
    },
    objects: { transient: new Map(), persistent: new Map() },
    sessions: NO_SESSIONS,
    nv: { indices: new Map(), maxCounter: 0n },
    dictionaryAttack: DICTIONARY_ATTACK_DEFAULTS,
    clock: {
      clockMs: 0n,
      setAtMs: nowMs,
      timeMs: 0n,
      timeSetAtMs: nowMs,
      stoppedAtMs: null,
      epoch: 0,
      rateAdjust: 0,
      safeAtMs: null,
      resetCount: 0,
      restartCount: 0,
      clearCount: 0,
    },
    audit: { hashAlg: 'SHA512', commands: [], digest: null, counter: 0n },
    platform: PLATFORM_DEFAULTS,
    commits: NO_COMMITS,
    stirred: EMPTY_SECRET,
  };
  return withLineage(made, register, 1n);
}

function founded(foundation: Foundation): Hierarchy {
  return { ...foundation, isEnabled: true, ...NO_AUTHORIZATION };
}

function fork(tpm: Tpm, event: Of<'TpmForked'>): Tpm {
  const { incarnation, parent, parentVersion, parentLink, reason } = event;
  const { identity, clock } = tpm;
  const copy: Tpm = {
    ...tpm,
    identity: {
      ...identity,
      incarnation,
      generation: identity.generation + 1,
      inheritedVersions: event.inheritedVersions,
      parent: { incarnation: parent, version: parentVersion, link: parentLink, reason },
    },
    hierarchies: { ...tpm.hierarchies, isEndorsementHeld: true },
    // Two signatures with one one-time secret would tell the key.
    commits: { ...tpm.commits, pending: new Map() },
    clock: {
      ...clock,
      clockMs: event.clockMs,
      setAtMs: event.nowMs,
      safeAtMs: event.safeAtMs,
      resetCount: clock.resetCount + 1,
    },
  };
  return withoutTransients(copy, TPM_RH.ENDORSEMENT);
}

/** The TPM with its lineage register and counter, where the profile shows them as NV indices. */
function withLineage(tpm: Tpm, register: Uint8Array, counter: bigint): Tpm {
  const identity = { ...tpm.identity, register, counter };
  if (!PROFILES[tpm.profile].hasLineageIndices) return { ...tpm, identity };
  const indices = new Map(tpm.nv.indices)
    .set(LINEAGE_REGISTER, lineageIndex(LINEAGE_REGISTER, NV_TYPES.EXTEND, register))
    .set(LINEAGE_COUNTER, lineageIndex(LINEAGE_COUNTER, NV_TYPES.COUNTER, u64(counter)));
  return { ...tpm, identity, nv: { ...tpm.nv, indices } };
}

/**
 * An index that everybody can read and certify, and nobody can write or delete: writing and
 * deleting need a policy, and its policy is empty, which no session satisfies.
 */
function lineageIndex(nvIndex: number, type: number, data: Uint8Array): NvIndex {
  const attributes =
    (type << 4) |
    NV.POLICYWRITE |
    NV.POLICY_DELETE |
    NV.PPREAD |
    NV.OWNERREAD |
    NV.AUTHREAD |
    NV.NO_DA |
    NV.WRITTEN |
    NV.PLATFORMCREATE;
  return {
    publicArea: {
      nvIndex,
      nameAlg: 'SHA256',
      attributes: attributes >>> 0,
      authPolicy: new Uint8Array(0),
      dataSize: data.length,
    },
    auth: EMPTY_SECRET,
    data: new Secret(data),
  };
}
