import { NV, has } from '../structures/attributes.ts';
import { toHex } from '../structures/octets.ts';
import { clockAt, isClockSafe, timeAt } from '../tpm/clock.ts';
import { failedTriesAt } from '../tpm/dictionaryAttack.ts';
import type { Hierarchy } from '../tpm/hierarchies.ts';
import { nvName } from '../tpm/names.ts';
import type { NvIndex } from '../tpm/nv.ts';
import type { Transient } from '../tpm/objects.ts';
import { activeBanks } from '../tpm/pcrs.ts';
import type { Tpm } from '../tpm/tpm.ts';

/** A TPM for people and tools: nothing in it is secret, octets are hexadecimal. */
export type Inspection = Readonly<Record<string, unknown>>;

function hex(handle: number): string {
  return `0x${handle.toString(16).padStart(8, '0')}`;
}

/** What anyone may see of a TPM at a moment of the platform's clock. */
export function inspect(tpm: Tpm, version: number, nowMs: number): Inspection {
  return {
    version,
    incarnation: tpm.identity.incarnation,
    lineage: tpm.identity.lineage,
    generation: tpm.identity.generation,
    lineageCounter: Number(tpm.identity.counter),
    lineageRegister: toHex(tpm.identity.register),
    profile: tpm.profile,
    lifecycle: lifecycleOf(tpm),
    clock: clockOf(tpm, nowMs),
    pcrs: pcrsOf(tpm),
    hierarchies: hierarchiesOf(tpm),
    nvIndices: [...tpm.nv.indices.values()].map(nvOf),
    objects: {
      transient: [...tpm.objects.transient].map(([handle, slot]) => objectOf(handle, slot)),
      persistent: [...tpm.objects.persistent].map(([handle, slot]) => objectOf(handle, slot)),
    },
    sessions: sessionsOf(tpm),
    dictionaryAttack: dictionaryAttackOf(tpm, nowMs),
  };
}

function lifecycleOf({ lifecycle }: Tpm): Inspection {
  const { phase, orderly, isEstablished, isPhysicallyPresent, startupLocality } = lifecycle;
  return { phase, orderly, startupLocality, isEstablished, isPhysicallyPresent };
}

function clockOf({ clock, lifecycle }: Tpm, nowMs: number): Inspection {
  const isRunning = lifecycle.phase !== 'off';
  return {
    timeMs: Number(isRunning ? timeAt(clock, nowMs) : 0n),
    clockMs: Number(isRunning ? clockAt(clock, nowMs) : clock.clockMs),
    isSafe: isClockSafe(clock, nowMs),
    resetCount: clock.resetCount,
    restartCount: clock.restartCount,
  };
}

function pcrsOf({ pcrs }: Tpm): Inspection {
  const banks = activeBanks(pcrs).map((bank) => [bank, (pcrs.banks[bank] ?? []).map(toHex)]);
  return { updateCounter: pcrs.updateCounter, banks: Object.fromEntries(banks) as unknown };
}

function hierarchiesOf({ hierarchies }: Tpm): Inspection {
  const shown = (hierarchy: Hierarchy): Inspection => ({
    isEnabled: hierarchy.isEnabled,
    isAuthSet: hierarchy.auth.length > 0,
    policy: hierarchy.policy === null ? null : toHex(hierarchy.policy.digest),
  });
  return {
    owner: shown(hierarchies.owner),
    endorsement: { ...shown(hierarchies.endorsement), isHeld: hierarchies.isEndorsementHeld },
    platform: shown(hierarchies.platform),
    isPlatformNvEnabled: hierarchies.isPlatformNvEnabled,
    isClearDisabled: hierarchies.isClearDisabled,
    isLockoutAuthSet: hierarchies.lockout.auth.length > 0,
  };
}

/** True when the attributes let anyone read: with an authorization value that is not set. */
export function isReadableByAnyone({ publicArea: { attributes }, auth }: NvIndex): boolean {
  if (!has(attributes, NV.WRITTEN) || has(attributes, NV.READLOCKED)) return false;
  return has(attributes, NV.AUTHREAD) && auth.length === 0;
}

function nvOf(index: NvIndex): Inspection {
  const { publicArea } = index;
  return {
    nvIndex: hex(publicArea.nvIndex),
    nameAlg: publicArea.nameAlg,
    attributes: hex(publicArea.attributes),
    authPolicy: toHex(publicArea.authPolicy),
    dataSize: publicArea.dataSize,
    name: toHex(nvName(publicArea)),
    ...(isReadableByAnyone(index) ? { data: toHex(index.data.octets) } : {}),
  };
}

function objectOf(handle: number, slot: Transient): Inspection {
  if (slot.kind === 'sequence') return { handle: hex(handle), sequence: slot.purpose };
  const { publicArea, name, qualifiedName, hierarchy } = slot;
  return {
    handle: hex(handle),
    type: publicArea.type,
    nameAlg: publicArea.nameAlg,
    objectAttributes: hex(publicArea.objectAttributes),
    authPolicy: toHex(publicArea.authPolicy),
    name: toHex(name),
    qualifiedName: toHex(qualifiedName),
    hierarchy: hex(hierarchy),
    hasSensitive: slot.sensitive !== null,
  };
}

function sessionsOf({ sessions }: Tpm): Inspection {
  const loaded = [...sessions.loaded].map(([handle, session]) => ({
    handle: hex(handle),
    kind: session.kind,
    authHash: session.authHash,
    isBound: session.binding !== null,
    policyDigest: session.policy === null ? null : toHex(session.policy.digest),
  }));
  return { loaded, saved: [...sessions.saved.keys()].map(hex) };
}

function dictionaryAttackOf({ dictionaryAttack, clock }: Tpm, nowMs: number): Inspection {
  const { maxTries, recoveryTimeS, lockoutRecoveryS } = dictionaryAttack;
  const failedTries = failedTriesAt(dictionaryAttack, timeAt(clock, nowMs));
  return { failedTries, maxTries, recoveryTimeS, lockoutRecoveryS };
}

/** A place where two inspections differ: a path like `pcrs.banks.SHA256.10`, before and after. */
export type Difference = {
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
};

/** Where two inspections differ, leaf by leaf; lists of things with a handle compare by handle. */
export function differences(before: unknown, after: unknown, path = ''): readonly Difference[] {
  if (before === after) return [];
  const [left, right] = [fieldsOf(before), fieldsOf(after)];
  if (left === null || right === null) return [{ path, before, after }];
  const keys = new Set([...left.keys(), ...right.keys()]);
  return [...keys].flatMap((key) => {
    const inner = path === '' ? key : `${path}.${key}`;
    return differences(left.get(key), right.get(key), inner);
  });
}

function fieldsOf(value: unknown): ReadonlyMap<string, unknown> | null {
  if (typeof value !== 'object' || value === null) return null;
  if (!Array.isArray(value)) return new Map(Object.entries(value));
  return new Map(value.map((element: unknown, i) => [keyOf(element) ?? String(i), element]));
}

function keyOf(element: unknown): string | null {
  if (typeof element !== 'object' || element === null) return null;
  const { handle, nvIndex } = element as { readonly handle?: string; readonly nvIndex?: string };
  return handle ?? nvIndex ?? null;
}
