import { NV, has } from '../structures/attributes.ts';
import { TPM_RH } from '../structures/handles.ts';
import { EMPTY_SECRET, type Secret } from '../structures/secret.ts';
import { DICTIONARY_ATTACK_DEFAULTS } from './dictionaryAttack.ts';
import { NO_AUTHORIZATION, withHierarchy } from './hierarchies.ts';
import { keepIndices } from './nv.ts';
import { keepObjects } from './objects.ts';
import type { Tpm } from './tpm.ts';

/** The facts that change whole hierarchies with everything that hangs on them. */
export type OwnershipEvent =
  | {
      readonly type: 'Cleared';
      readonly ownerSeed: Secret;
      readonly ownerProof: Secret;
      readonly endorsementProof: Secret;
      readonly nowMs: number;
    }
  | { readonly type: 'EndorsementSeedChanged'; readonly seed: Secret; readonly proof: Secret }
  | { readonly type: 'PlatformSeedChanged'; readonly seed: Secret; readonly proof: Secret }
  /** `enable` is a hierarchy's handle, or TPM_RH_PLATFORM_NV. */
  | { readonly type: 'HierarchyControlled'; readonly enable: number; readonly isEnabled: boolean };

type Of<K extends OwnershipEvent['type']> = Extract<OwnershipEvent, { type: K }>;

/** What each fact does to the TPM. */
export const ownershipEvolvers = {
  Cleared: clear,
  EndorsementSeedChanged: (tpm: Tpm, { seed, proof }: Of<'EndorsementSeedChanged'>): Tpm => ({
    ...withoutObjects(tpm, TPM_RH.ENDORSEMENT),
    hierarchies: withHierarchy(tpm.hierarchies, TPM_RH.ENDORSEMENT, {
      seed,
      proof,
      isEnabled: true,
      ...NO_AUTHORIZATION,
    }),
  }),
  PlatformSeedChanged: (tpm: Tpm, { seed, proof }: Of<'PlatformSeedChanged'>): Tpm => ({
    ...withoutObjects(tpm, TPM_RH.PLATFORM),
    hierarchies: withHierarchy(tpm.hierarchies, TPM_RH.PLATFORM, { seed, proof, policy: null }),
    pcrs: { ...tpm.pcrs, policy: null },
  }),
  HierarchyControlled: controlHierarchy,
};

/** The TPM without the objects of a hierarchy, transient and persistent. */
export function withoutObjects(tpm: Tpm, hierarchy: number): Tpm {
  return { ...tpm, objects: keepObjects(tpm.objects, (object) => object.hierarchy !== hierarchy) };
}

/** The TPM without the transient objects of a hierarchy: it was switched off. */
export function withoutTransients(tpm: Tpm, hierarchy: number): Tpm {
  const { transient } = keepObjects(tpm.objects, (object) => object.hierarchy !== hierarchy);
  return { ...tpm, objects: { ...tpm.objects, transient } };
}

function controlHierarchy(tpm: Tpm, { enable, isEnabled }: Of<'HierarchyControlled'>): Tpm {
  if (enable === TPM_RH.PLATFORM_NV) {
    return { ...tpm, hierarchies: { ...tpm.hierarchies, isPlatformNvEnabled: isEnabled } };
  }
  const hierarchies = withHierarchy(tpm.hierarchies, enable, { isEnabled });
  const controlled = { ...tpm, hierarchies };
  return isEnabled ? controlled : withoutTransients(controlled, enable);
}

function clear(tpm: Tpm, event: Of<'Cleared'>): Tpm {
  const owner = {
    seed: event.ownerSeed,
    proof: event.ownerProof,
    isEnabled: true,
    ...NO_AUTHORIZATION,
  };
  const { endorsement } = tpm.hierarchies;
  return {
    ...tpm,
    hierarchies: {
      ...tpm.hierarchies,
      owner,
      endorsement: {
        ...endorsement,
        proof: event.endorsementProof,
        isEnabled: true,
        ...NO_AUTHORIZATION,
      },
      lockout: { auth: EMPTY_SECRET, policy: null },
    },
    objects: keepObjects(
      tpm.objects,
      ({ hierarchy }) => hierarchy !== TPM_RH.OWNER && hierarchy !== TPM_RH.ENDORSEMENT,
    ),
    nv: keepIndices(tpm.nv, ({ publicArea }) => has(publicArea.attributes, NV.PLATFORMCREATE)),
    dictionaryAttack: { ...DICTIONARY_ATTACK_DEFAULTS, isUsed: tpm.dictionaryAttack.isUsed },
    clock: {
      ...tpm.clock,
      clockMs: 0n,
      setAtMs: event.nowMs,
      safeAtMs: null,
      resetCount: 0,
      restartCount: 0,
      clearCount: 0,
    },
    pcrs: { ...tpm.pcrs, auth: EMPTY_SECRET, updateCounter: tpm.pcrs.updateCounter + 1 },
    audit: { ...tpm.audit, counter: 0n },
  };
}
