import { NV, OBJECT, has } from '../structures/attributes.ts';
import type { TpmtHa } from '../structures/base.ts';
import { TPM_HT, TPM_RH, handleType } from '../structures/handles.ts';
import { EMPTY, concat, stripTrailingZeros } from '../structures/octets.ts';
import { EMPTY_SECRET, Secret } from '../structures/secret.ts';
import { refuse } from '../structures/tpmError.ts';
import { hierarchyAt, hierarchyName, isHierarchyUsable } from './hierarchies.ts';
import { handleName, nvName } from './names.ts';
import type { NvIndex } from './nv.ts';
import type { SequenceObject, TpmObject, Transient } from './objects.ts';
import { isAuthorizedPcr } from './pcrs.ts';
import { PROFILES } from './profile.ts';
import { isOfOtherType, type Session } from './sessions.ts';
import type { Tpm } from './tpm.ts';

/**
 * Refuses a handle that is well-formed but leads nowhere at the moment, as each kind of entity
 * does: REFERENCE_H0 for what is not loaded, HANDLE for what is not there, HIERARCHY for what is
 * switched off, VALUE beyond the slots of the profile. The caller adds the number of the handle.
 *
 * Part 1, 18.6 Handle Area Validation
 */
export function requireEntity(tpm: Tpm, handle: number): void {
  switch (handleType(handle)) {
    case TPM_HT.TRANSIENT:
      requireTransient(tpm, handle);
      return;
    case TPM_HT.PERSISTENT:
      requirePersistent(tpm, handle);
      return;
    case TPM_HT.NV_INDEX:
      requireNvIndex(tpm, handle);
      return;
    case TPM_HT.HMAC_SESSION:
    case TPM_HT.POLICY_SESSION:
      if (tpm.sessions.loaded.has(handle)) return;
      refuse(isOfOtherType(tpm.sessions, handle) ? 'HANDLE' : 'REFERENCE_H0');
      return;
    case TPM_HT.PERMANENT:
      if (handle >= TPM_RH.AUTH_00) refuse('VALUE');
      if (hierarchyName(handle) !== null && !isHierarchyUsable(tpm.hierarchies, handle)) {
        refuse('HIERARCHY');
      }
      return;
    default:
  }
}

function requireTransient(tpm: Tpm, handle: number): void {
  const slot = tpm.objects.transient.get(handle);
  if (slot === undefined) refuse('REFERENCE_H0');
}

function requirePersistent(tpm: Tpm, handle: number): void {
  const object = tpm.objects.persistent.get(handle);
  if (object === undefined || !isHierarchyUsable(tpm.hierarchies, object.hierarchy))
    refuse('HANDLE');
}

function requireNvIndex(tpm: Tpm, handle: number): void {
  const index = tpm.nv.indices.get(handle);
  if (index === undefined) refuse('HANDLE');
  const isPlatforms = has(index.publicArea.attributes, NV.PLATFORMCREATE);
  const { isPlatformNvEnabled } = tpm.hierarchies;
  const isUsable = isPlatforms
    ? isPlatformNvEnabled
    : isHierarchyUsable(tpm.hierarchies, TPM_RH.OWNER);
  if (!isUsable) refuse('HANDLE');
}

/** What a transient or persistent handle holds; it must have been required before. */
export function slotAt(tpm: Tpm, handle: number): Transient {
  const slot = tpm.objects.transient.get(handle) ?? tpm.objects.persistent.get(handle);
  if (slot === undefined) throw new Error(`no object at ${handle.toString(16)}`);
  return slot;
}

/** The object at a handle; a sequence is refused with SEQUENCE. */
export function objectAt(tpm: Tpm, handle: number): TpmObject {
  const slot = slotAt(tpm, handle);
  return slot.kind === 'object' ? slot : refuse('SEQUENCE');
}

/** The sequence at a handle; an object is refused with MODE. */
export function sequenceAt(tpm: Tpm, handle: number): SequenceObject {
  const slot = slotAt(tpm, handle);
  return slot.kind === 'sequence' ? slot : refuse('MODE');
}

/** The NV index at a handle; it must have been required before. */
export function nvIndexAt(tpm: Tpm, handle: number): NvIndex {
  const index = tpm.nv.indices.get(handle);
  if (index === undefined) throw new Error(`no NV index at ${handle.toString(16)}`);
  return index;
}

/** The loaded session at a handle; it must have been required before. */
export function sessionAt(tpm: Tpm, handle: number): Session {
  const session = tpm.sessions.loaded.get(handle);
  if (session === undefined) throw new Error(`no session at ${handle.toString(16)}`);
  return session;
}

/** The lowest transient handle that is free; OBJECT_MEMORY when all slots are taken. */
export function freeTransient(tpm: Tpm): number {
  const slots = PROFILES[tpm.profile].transientSlots;
  for (let handle = 0x80000000; handle < 0x80000000 + slots; handle += 1) {
    if (!tpm.objects.transient.has(handle)) return handle;
  }
  return refuse('OBJECT_MEMORY');
}

/** The Name of whatever stands at a handle. Part 1, 16 Names */
export function entityName(tpm: Tpm, handle: number): Uint8Array {
  switch (handleType(handle)) {
    case TPM_HT.TRANSIENT:
    case TPM_HT.PERSISTENT: {
      const slot = slotAt(tpm, handle);
      return slot.kind === 'object' ? slot.name : EMPTY;
    }
    case TPM_HT.NV_INDEX:
      return nvName(nvIndexAt(tpm, handle).publicArea);
    default:
      return handleName(handle);
  }
}

/**
 * The authorization value of whatever stands at a handle, as it was set; EmptyAuth for what has
 * none or is gone. Compare and use it without its trailing zeros (`authKey`).
 */
export function entityAuth(tpm: Tpm, handle: number): Secret {
  switch (handleType(handle)) {
    case TPM_HT.TRANSIENT:
    case TPM_HT.PERSISTENT: {
      const slot = tpm.objects.transient.get(handle) ?? tpm.objects.persistent.get(handle);
      if (slot?.kind === 'sequence') return slot.auth;
      return slot?.sensitive?.authValue ?? EMPTY_SECRET;
    }
    case TPM_HT.NV_INDEX:
      return tpm.nv.indices.get(handle)?.auth ?? EMPTY_SECRET;
    case TPM_HT.PCR:
      return isAuthorizedPcr(handle) ? tpm.pcrs.auth : EMPTY_SECRET;
    case TPM_HT.PERMANENT:
      if (handle === TPM_RH.LOCKOUT) return tpm.hierarchies.lockout.auth;
      return hierarchyName(handle) === null
        ? EMPTY_SECRET
        : hierarchyAt(tpm.hierarchies, handle).auth;
    default:
      return EMPTY_SECRET;
  }
}

/** The authorization value as it is used in keys: without trailing zeros. */
export function authKey(tpm: Tpm, handle: number): Uint8Array {
  return stripTrailingZeros(entityAuth(tpm, handle).octets);
}

/** The policy of whatever stands at a handle with the hash it is in; null when there is none. */
export function entityPolicy(tpm: Tpm, handle: number): TpmtHa | null {
  switch (handleType(handle)) {
    case TPM_HT.TRANSIENT:
    case TPM_HT.PERSISTENT: {
      const slot = slotAt(tpm, handle);
      if (slot.kind === 'sequence' || slot.publicArea.nameAlg === 'NULL') return null;
      const { nameAlg, authPolicy } = slot.publicArea;
      // An object without a policy has one that no session fulfils.
      return { hashAlg: nameAlg, digest: authPolicy };
    }
    case TPM_HT.NV_INDEX: {
      const { nameAlg, authPolicy } = nvIndexAt(tpm, handle).publicArea;
      return policyOf(nameAlg, authPolicy);
    }
    case TPM_HT.PCR:
      return isAuthorizedPcr(handle) ? tpm.pcrs.policy : null;
    case TPM_HT.PERMANENT:
      if (handle === TPM_RH.LOCKOUT) return tpm.hierarchies.lockout.policy;
      return hierarchyName(handle) === null ? null : hierarchyAt(tpm.hierarchies, handle).policy;
    default:
      return null;
  }
}

function policyOf(hashAlg: TpmtHa['hashAlg'], authPolicy: Uint8Array): TpmtHa | null {
  return authPolicy.length === 0 ? null : { hashAlg, digest: authPolicy };
}

/** True when failed tries against this entity count. Part 1, 19.8 Dictionary Attack Protection */
export function isDictionaryAttackProtected(tpm: Tpm, handle: number): boolean {
  switch (handleType(handle)) {
    case TPM_HT.TRANSIENT:
    case TPM_HT.PERSISTENT: {
      const slot = slotAt(tpm, handle);
      return slot.kind === 'object' && !has(slot.publicArea.objectAttributes, OBJECT.noDA);
    }
    case TPM_HT.NV_INDEX:
      return !has(nvIndexAt(tpm, handle).publicArea.attributes, NV.NO_DA);
    case TPM_HT.PERMANENT:
      return handle === TPM_RH.LOCKOUT;
    default:
      return false;
  }
}

/** What a session that was bound to an entity remembers of it. Part 1, 19.6.10 Session Binding */
export function bindingOf(
  tpm: Tpm,
  handle: number,
): { readonly name: Uint8Array; readonly auth: Secret } {
  return { name: concat(entityName(tpm, handle)), auth: new Secret(concat(authKey(tpm, handle))) };
}
