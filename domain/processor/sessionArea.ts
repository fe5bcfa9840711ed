import { SESSION, TPMA_SESSION, has } from '../structures/attributes.ts';
import { TPM2B_DIGEST, TPM2B_NONCE } from '../structures/buffers.ts';
import type { Command, HandleRow } from '../commands/command.ts';
import { TPMI_SH_AUTH_SESSION_OR_PW, TPM_RH } from '../structures/handles.ts';
import { positioned, refuse } from '../structures/tpmError.ts';
import { Reader } from '../structures/wire.ts';
import { isOfOtherType, type Session } from '../tpm/sessions.ts';
import type { Tpm } from '../tpm/tpm.ts';
import type { UsedSession } from './call.ts';

/** Sessions that a command can have. Part 1, 18.7 Session Area */
const SESSIONS_MAX = 3;
/** The smallest authorization area: a session handle, no nonce, attributes, no HMAC. */
const AREA_SIZE_MIN = 9;

/**
 * Reads the authorization area: refuses with AUTH_CONTEXT a command that takes none, and with SIZE,
 * ATTRIBUTES, SYMMETRIC, NONCE, HANDLE, REFERENCE_S0 or EXCLUSIVE the session in question. What the
 * sessions are worth is checked later. Part 1, 18.7 Session Area
 */
export function readSessions(
  tpm: Tpm,
  command: Command,
  handles: readonly number[],
  reader: Reader,
): readonly UsedSession[] {
  const area = readArea(reader);
  if (command.hasNoSessions) refuse('AUTH_CONTEXT');
  const sessions: UsedSession[] = [];
  while (area.remaining > 0) {
    const position = { session: sessions.length + 1 };
    if (sessions.length === SESSIONS_MAX) refuse('SIZE', position);
    const used = positioned(position, () => readSession(tpm, command, handles, area, sessions));
    sessions.push(used);
  }
  requireEnough(command.handles, sessions.length);
  return sessions;
}

/** Refuses with AUTH_MISSING a command that has a handle to authorize and no session for it. */
export function requireEnough(handles: readonly HandleRow[], sessions: number): void {
  const needed = handles.filter(({ auth }) => auth !== undefined).length;
  if (sessions < needed) refuse('AUTH_MISSING');
}

function readArea(reader: Reader): Reader {
  const size = reader.u32();
  if (size < AREA_SIZE_MIN || size > reader.remaining) refuse('SIZE');
  return new Reader(reader.octets(size));
}

function readSession(
  tpm: Tpm,
  command: Command,
  handles: readonly number[],
  area: Reader,
  before: readonly UsedSession[],
): UsedSession {
  const handle = TPMI_SH_AUTH_SESSION_OR_PW.unmarshal(area);
  const nonceCaller = TPM2B_NONCE.unmarshal(area);
  const attributes = TPMA_SESSION.unmarshal(area);
  const auth = TPM2B_DIGEST.unmarshal(area);
  const role = command.handles[before.length]?.auth ?? null;
  const entity = role === null ? null : (handles[before.length] ?? null);
  const session = handle === TPM_RH.PW ? null : loadedSession(tpm, handle, before);
  if (session === null) requirePlainPassword(attributes, nonceCaller);
  else {
    requireUses(command, session, attributes, before);
    requireExclusive(tpm, handle, session, attributes);
  }
  return {
    number: before.length + 1,
    handle,
    session,
    nonceCaller,
    attributes,
    auth,
    entity,
    role,
  };
}

function requirePlainPassword(attributes: number, nonceCaller: Uint8Array): void {
  if ((attributes & ~SESSION.continueSession) !== 0) refuse('ATTRIBUTES');
  if (nonceCaller.length !== 0) refuse('NONCE');
}

function loadedSession(tpm: Tpm, handle: number, before: readonly UsedSession[]): Session {
  const number = before.length + 1;
  const session = tpm.sessions.loaded.get(handle);
  if (session === undefined) {
    refuse(isOfOtherType(tpm.sessions, handle) ? 'HANDLE' : 'REFERENCE_S0', { session: number });
  }
  if (before.some((other) => other.handle === handle)) refuse('HANDLE');
  return session;
}

/**
 * At most one session of a command decrypts, one encrypts and one audits. What decrypts or encrypts
 * needs a cipher and something to do, and no policy session audits.
 */
function requireUses(
  command: Command,
  session: Session,
  attributes: number,
  before: readonly UsedSession[],
): void {
  const encryption = [
    { use: SESSION.decrypt, column: command.parameters[0] },
    { use: SESSION.encrypt, column: command.response[0] },
  ];
  for (const { use, column } of encryption) {
    if (!has(attributes, use)) continue;
    if (column?.codec.isSized !== true || isUsed(before, use)) refuse('ATTRIBUTES');
    if (session.symmetric.algorithm === 'NULL') refuse('SYMMETRIC');
  }
  if (!has(attributes, SESSION.audit)) return;
  if (session.kind !== 'HMAC' || isUsed(before, SESSION.audit)) refuse('ATTRIBUTES');
}

function isUsed(sessions: readonly UsedSession[], use: number): boolean {
  return sessions.some(({ attributes }) => has(attributes, use));
}

/**
 * Refuses with EXCLUSIVE a command whose audit session insists on being the exclusive one and is
 * not. Part 1, 34.3 Exclusive Audit Session
 */
function requireExclusive(tpm: Tpm, handle: number, session: Session, attributes: number): void {
  if (!has(attributes, SESSION.audit | SESSION.auditExclusive)) return;
  if (has(attributes, SESSION.auditReset) || session.auditDigest === null) return;
  if (tpm.sessions.exclusiveAudit !== handle) refuse('EXCLUSIVE');
}
