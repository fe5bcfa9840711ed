import type { Circumstances } from '../commands/circumstances.ts';
import { equalAuths } from '../crypto/constantTime.ts';
import { NV, NV_TYPES, OBJECT, SESSION, has } from '../structures/attributes.ts';
import { TPM_HT, TPM_RH, handleType } from '../structures/handles.ts';
import { positioned, refuse } from '../structures/tpmError.ts';
import { timeAt } from '../tpm/clock.ts';
import { failedTriesAt, isInLockout, isLockoutAuthBlocked } from '../tpm/dictionaryAttack.ts';
import {
  entityAuth,
  entityPolicy,
  isDictionaryAttackProtected,
  nvIndexAt,
  slotAt,
} from '../tpm/entities.ts';
import { nvType, type NvIndex } from '../tpm/nv.ts';
import { pinCounted, pinOf } from '../tpm/nvAccess.ts';
import { isAuthorizedPcr } from '../tpm/pcrs.ts';
import type { Tpm } from '../tpm/tpm.ts';
import type { Call, Ledger, UsedSession } from './call.ts';
import { checkPolicy } from './policyCheck.ts';
import { includesAuth, isCommandHmacRight } from './sessionHmac.ts';

/**
 * Checks every session of a command, in order; the first that fails ends it. The facts of a
 * failure, a counted try for one, are in the ledger by then. Part 1, 19.4 Authorization Checks
 */
export function authorize(ledger: Ledger, call: Call, circumstances: Circumstances): void {
  for (const used of call.sessions) {
    positioned({ session: used.number }, () => {
      requireOpen(ledger, used, circumstances.nowMs);
      if (used.entity === null) checkHelper(ledger, call, used, circumstances);
      else checkAuthorization(ledger, call, used, used.entity, circumstances);
    });
  }
}

/**
 * Refuses a password that authorizes nothing, a trial session, and during a lockout a session whose
 * key came from something that is protected.
 */
function requireOpen(ledger: Ledger, { session, entity }: UsedSession, nowMs: number): void {
  if (session === null) {
    if (entity === null) refuse('HANDLE');
    return;
  }
  if (session.kind === 'TRIAL') refuse('ATTRIBUTES');
  if (session.boundProtection === 'none') return;
  requireNoLockout(ledger, session.boundProtection === 'lockout', nowMs);
}

/** A session that authorizes nothing must decrypt, encrypt or audit; a password can do none. */
function checkHelper(
  ledger: Ledger,
  call: Call,
  used: UsedSession,
  { nowMs }: Circumstances,
): void {
  const { tpm } = ledger;
  const { session } = used;
  const uses = SESSION.decrypt | SESSION.encrypt | SESSION.audit;
  if ((used.attributes & uses) === 0) refuse('ATTRIBUTES');
  if (session === null) throw new Error('a password helps nobody');
  if (!isCommandHmacRight(tpm, call, used, session)) failAuthorization(ledger, used, false, nowMs);
}

function checkAuthorization(
  ledger: Ledger,
  call: Call,
  used: UsedSession,
  entity: number,
  circumstances: Circumstances,
): void {
  const { tpm } = ledger;
  const { session } = used;
  if (entity === TPM_RH.PLATFORM) requirePresence(tpm, call);
  const policy = session?.policy ?? null;
  const isAuthUsed = usesAuth(tpm, used, entity);
  if (isAuthUsed && isDictionaryAttackProtected(tpm, entity)) {
    requireNoLockout(ledger, entity === TPM_RH.LOCKOUT, circumstances.nowMs);
  }
  if (session === null || policy === null) {
    if (isPolicyRequired(tpm, used, entity)) refuse('AUTH_TYPE');
    if (!isAuthAvailable(tpm, call, used, entity)) refuse('AUTH_UNAVAILABLE');
  } else {
    if (!isPolicyAvailable(tpm, call, used, entity)) refuse('AUTH_UNAVAILABLE');
    checkPolicy(tpm, call, used, session, circumstances);
  }
  const isPassword = session === null || policy?.authorization === 'password';
  const isRight = isPassword
    ? isPasswordRight(tpm, used, entity)
    : isCommandHmacRight(tpm, call, used, session);
  if (!isRight) failAuthorization(ledger, used, isAuthUsed, circumstances.nowMs);
  if (isAuthUsed) countPinSuccess(ledger, entity);
}

/** Refuses with PP what the platform may do only while somebody is present. */
function requirePresence({ lifecycle, platform }: Tpm, { command }: Call): void {
  const isRequired =
    command.presence === 'always' || platform.presenceCommands.includes(command.code);
  if (isRequired && !lifecycle.isPhysicallyPresent) refuse('PP');
}

/**
 * True when the entity's authorization value has a part in this: a bound session knows it already.
 */
function usesAuth(tpm: Tpm, { session }: UsedSession, entity: number): boolean {
  if (session === null || session.policy?.authorization === 'password') return true;
  return includesAuth(tpm, session, entity);
}

function isPasswordRight(tpm: Tpm, used: UsedSession, entity: number): boolean {
  return equalAuths(used.auth, entityAuth(tpm, entity).octets);
}

/**
 * While tries are used up, what is protected is not even tried. That a try is made at all is a fact
 * beforehand: the next Startup wants to know. Without NV memory that fact could not be kept.
 */
function requireNoLockout(ledger: Ledger, isLockoutAuth: boolean, nowMs: number): void {
  const { clock, dictionaryAttack, lifecycle } = ledger.tpm;
  const { isNvAvailable, orderly } = lifecycle;
  if (!isNvAvailable && orderly !== 'none') refuse('NV_UNAVAILABLE');
  const time = timeAt(clock, nowMs);
  const isLocked = isLockoutAuth
    ? isLockoutAuthBlocked(dictionaryAttack, time)
    : isInLockout(dictionaryAttack, time);
  if (isLocked) refuse('LOCKOUT');
  const isFirst = !isLockoutAuth && !dictionaryAttack.isUsed;
  if (isFirst && !isNvAvailable) refuse('NV_UNAVAILABLE');
  if (isFirst) ledger.record({ type: 'DictionaryAttackUsed' });
}

/** DUP always needs a policy, ADMIN of NV too, and ADMIN of an object if it says so. */
function isPolicyRequired(tpm: Tpm, { role }: UsedSession, entity: number): boolean {
  if (role === 'DUP') return true;
  if (handleType(entity) === TPM_HT.PCR) return entityPolicy(tpm, entity) !== null;
  if (role !== 'ADMIN') return false;
  switch (handleType(entity)) {
    case TPM_HT.TRANSIENT:
    case TPM_HT.PERSISTENT: {
      const slot = slotAt(tpm, entity);
      if (slot.kind === 'sequence') return false;
      return has(slot.publicArea.objectAttributes, OBJECT.adminWithPolicy);
    }
    case TPM_HT.NV_INDEX:
      return true;
    default:
      return false;
  }
}

/** True when the authorization value of an entity may be used for this command at all. */
function isAuthAvailable(tpm: Tpm, call: Call, { role }: UsedSession, entity: number): boolean {
  switch (handleType(entity)) {
    case TPM_HT.TRANSIENT:
    case TPM_HT.PERSISTENT: {
      const slot = slotAt(tpm, entity);
      if (slot.kind === 'sequence') return true;
      if (slot.sensitive === null) return false;
      const { objectAttributes } = slot.publicArea;
      const isUser = has(objectAttributes, OBJECT.userWithAuth);
      return isUser || (role === 'ADMIN' && !has(objectAttributes, OBJECT.adminWithPolicy));
    }
    case TPM_HT.NV_INDEX: {
      const index = nvIndexAt(tpm, entity);
      const { attributes } = index.publicArea;
      if (call.command.nvAccess === 'write') return has(attributes, NV.AUTHWRITE);
      return isPin(index) ? isPinUsable(index) : has(attributes, NV.AUTHREAD);
    }
    default:
      return true;
  }
}

function isPin({ publicArea }: NvIndex): boolean {
  const type = nvType(publicArea);
  return type === NV_TYPES.PIN_FAIL || type === NV_TYPES.PIN_PASS;
}

/** A PIN index authorizes once it was written, and while its count is below its limit. */
function isPinUsable(index: NvIndex): boolean {
  if (!has(index.publicArea.attributes, NV.WRITTEN)) return false;
  const { count, limit } = pinOf(index);
  return count < limit;
}

/**
 * True when an entity has a policy that may be used for this command. PCR that can have one always
 * do: before it is set no session fulfils it.
 */
function isPolicyAvailable(tpm: Tpm, call: Call, { role }: UsedSession, entity: number): boolean {
  if (handleType(entity) === TPM_HT.PCR) return isAuthorizedPcr(entity);
  if (entityPolicy(tpm, entity) === null) return false;
  switch (handleType(entity)) {
    case TPM_HT.TRANSIENT:
    case TPM_HT.PERSISTENT: {
      const slot = slotAt(tpm, entity);
      return slot.kind === 'object' && slot.sensitive !== null;
    }
    case TPM_HT.NV_INDEX: {
      if (role === 'ADMIN') return true;
      const isWrite = call.command.nvAccess === 'write';
      const { attributes } = nvIndexAt(tpm, entity).publicArea;
      return has(attributes, isWrite ? NV.POLICYWRITE : NV.POLICYREAD);
    }
    default:
      return true;
  }
}

/**
 * Ends the command, and counts the try where tries count: with the entity whose value was wrong, or
 * with what the session was bound to when its key came from there. Part 1, 19.8 Dictionary Attack
 * Protection
 */
function failAuthorization(
  ledger: Ledger,
  { entity, session }: UsedSession,
  isAuthUsed: boolean,
  nowMs: number,
): never {
  const { tpm } = ledger;
  const bound = session?.boundProtection ?? 'none';
  const isGuess = isAuthUsed && entity !== null;
  if (isGuess) countPinFailure(ledger, entity);
  const isProtected = isGuess && isDictionaryAttackProtected(tpm, entity);
  if (bound === 'none' && !isProtected) refuse('BAD_AUTH');
  const timeMs = timeAt(tpm.clock, nowMs);
  if (bound === 'lockout' || (entity === TPM_RH.LOCKOUT && isGuess)) {
    ledger.record({ type: 'LockoutAuthBlocked', timeMs });
  } else if (tpm.dictionaryAttack.recoveryTimeS !== 0) {
    const failedTries = failedTriesAt(tpm.dictionaryAttack, timeMs) + 1;
    ledger.record({ type: 'LockoutCounted', failedTries, timeMs });
  }
  refuse('AUTH_FAIL');
}

/** A wrong value against a PIN Fail index raises its count. */
function countPinFailure(ledger: Ledger, entity: number): void {
  const index = pinIndex(ledger.tpm, entity, NV_TYPES.PIN_FAIL);
  if (index !== null) ledger.record(pinCounted(index, pinOf(index).count + 1));
}

/** The right value raises the count of a PIN Pass index and clears that of a PIN Fail index. */
function countPinSuccess(ledger: Ledger, entity: number): void {
  const passed = pinIndex(ledger.tpm, entity, NV_TYPES.PIN_PASS);
  if (passed !== null) ledger.record(pinCounted(passed, pinOf(passed).count + 1));
  const failable = pinIndex(ledger.tpm, entity, NV_TYPES.PIN_FAIL);
  if (failable !== null && pinOf(failable).count > 0) ledger.record(pinCounted(failable, 0));
}

function pinIndex(tpm: Tpm, entity: number, type: number): NvIndex | null {
  if (handleType(entity) !== TPM_HT.NV_INDEX) return null;
  const index = nvIndexAt(tpm, entity);
  return nvType(index.publicArea) === type ? index : null;
}
