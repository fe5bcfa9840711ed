import { equalOctets } from '../crypto/constantTime.ts';
import { hmac } from '../crypto/hash.ts';
import { SESSION, has } from '../structures/attributes.ts';
import { EMPTY, concat } from '../structures/octets.ts';
import { authKey, entityName } from '../tpm/entities.ts';
import type { Session } from '../tpm/sessions.ts';
import type { Tpm } from '../tpm/tpm.ts';
import { cpHash, rpHash, type Call, type UsedSession } from './call.ts';

/** True when the session was bound to this entity and the entity is still as it was then. */
function isBoundTo(tpm: Tpm, session: Session, entity: number): boolean {
  const { binding } = session;
  if (binding === null) return false;
  const isSameName = equalOctets(binding.name, entityName(tpm, entity));
  return isSameName && equalOctets(binding.auth.octets, authKey(tpm, entity));
}

/** True when the entity's authorization value is part of the key of a session's HMACs. */
export function includesAuth(tpm: Tpm, session: Session, entity: number | null): boolean {
  if (entity === null) return false;
  if (session.policy !== null) return session.policy.authorization === 'authValue';
  return !isBoundTo(tpm, session, entity);
}

function hmacKey(
  tpm: Tpm,
  session: Session,
  entity: number | null,
  isAuthIncluded: boolean,
): Uint8Array {
  if (entity === null || !isAuthIncluded) return session.sessionKey.octets;
  return concat(session.sessionKey.octets, authKey(tpm, entity));
}

/**
 * True when the HMAC that came with a session is the right one. With an empty key the empty HMAC is
 * right, too. Part 1, 19.6.5 Session HMAC Computation
 */
export function isCommandHmacRight(
  tpm: Tpm,
  call: Call,
  used: UsedSession,
  session: Session,
): boolean {
  const key = hmacKey(tpm, session, used.entity, includesAuth(tpm, session, used.entity));
  if (key.length === 0 && used.auth.length === 0) return true;
  const expected = hmac(
    session.authHash,
    key,
    cpHash(call, session.authHash),
    used.nonceCaller,
    session.nonceTPM,
    ...noncesOfOthers(call, used),
    new Uint8Array([used.attributes]),
  );
  return equalOctets(expected, used.auth);
}

/**
 * The first session, when it authorizes, also vouches for the nonces of the sessions that decrypt
 * and encrypt. Part 1, 19.6.5 Session HMAC Computation
 */
function noncesOfOthers(call: Call, used: UsedSession): readonly Uint8Array[] {
  if (used.number !== 1 || used.entity === null) return [];
  const decrypting = call.sessions.find(({ attributes }) => has(attributes, SESSION.decrypt));
  const encrypting = call.sessions.find(({ attributes }) => has(attributes, SESSION.encrypt));
  const nonces: Uint8Array[] = [];
  if (decrypting?.session && decrypting !== used) nonces.push(decrypting.session.nonceTPM);
  if (encrypting?.session && encrypting !== used && encrypting !== decrypting) {
    nonces.push(encrypting.session.nonceTPM);
  }
  return nonces;
}

/**
 * The HMAC of a response, with the authorization value as it is after the command. Empty when the
 * key is empty and the command came without one.
 *
 * `isAuthIncluded` was decided before the command: a session does not lose its binding by what the
 * command does to the entity. Part 1, 19.6.5 Session HMAC Computation
 */
export function responseHmac(
  tpm: Tpm,
  call: Call,
  used: UsedSession,
  session: Session,
  isAuthIncluded: boolean,
  answer: {
    readonly parameters: Uint8Array;
    readonly nonceTPM: Uint8Array;
    readonly attributes: number;
  },
): Uint8Array {
  const key = hmacKey(tpm, session, used.entity, isAuthIncluded);
  if (key.length === 0 && used.auth.length === 0) return EMPTY;
  return hmac(
    session.authHash,
    key,
    rpHash(call, session.authHash, answer.parameters),
    answer.nonceTPM,
    used.nonceCaller,
    new Uint8Array([answer.attributes]),
  );
}
